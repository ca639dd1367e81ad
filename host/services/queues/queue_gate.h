// What is paused, as every host holds it in memory. The delivery loop asks it of each claim and the routing of each
// provider; while nothing is paused both cost one load of a flag.
//
// A claim whose queue is closed goes back out of the way (WorkStore::park) and is brought back once its queue is open
// again (PauseKeeper). So a claim statement knows nothing of pauses, and new deliveries of a paused queue cost one
// claim.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/queue.h"
#include "ports/pause_store.h"
#include "services/tenants/directory.h"

namespace belfry {

/// Thread-safe.
class QueueGate {
 public:
  QueueGate(PauseStore& store, const Directory& directory);

  /// Reads the pauses. May throw StoreUnavailable; what was known then stays.
  void reload();

  /// False: nothing anywhere is paused.
  bool anything() const noexcept { return anything_; }
  /// Whether deliveries of this queue are held: it is paused, or each of the tenant's providers that could send on the
  /// channel is.
  bool closed(TenantId tenant, QueueName queue) const;
  bool providerPaused(TenantId tenant, const std::string& slug) const;
  /// The drain that refuses sends on this channel; nullopt when there is none.
  std::optional<QueuePause> drain(TenantId tenant, Channel channel) const;

 private:
  using Pauses = std::unordered_map<TenantId, std::vector<QueuePause>>;

  const std::vector<QueuePause>* of(const Pauses& pauses, TenantId tenant) const;
  bool everyProviderPaused(const std::vector<QueuePause>& pauses, TenantId tenant, Channel channel) const;

  PauseStore& store_;
  const Directory& directory_;
  std::atomic<std::shared_ptr<const Pauses>> pauses_;
  std::atomic<bool> anything_{false};
};

}  // namespace belfry
