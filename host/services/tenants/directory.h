// The catalogue in memory: tenants and their running provider instances, as one immutable snapshot that is swapped when
// PostgreSQL says that something changed. Readers never wait.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kit/log.h"
#include "model/tenant.h"
#include "ports/catalogue_store.h"
#include "ports/channels.h"

namespace belfry {

/// A provider instance with what runs it. `running` is null when the instance cannot send: `row.problem` says why.
struct DirectoryInstance {
  ProviderInstance row;
  std::shared_ptr<ChannelInstance> running;
};

struct DirectoryTenant {
  Tenant row;
  std::vector<std::shared_ptr<const DirectoryInstance>> instances;  ///< by channel, priority, slug

  /// Enabled instances of a channel in the order in which they are tried.
  std::vector<std::shared_ptr<const DirectoryInstance>> enabled(Channel channel) const;
};

struct DirectorySnapshot {
  std::unordered_map<TenantId, std::shared_ptr<const DirectoryTenant>> by_id;
  std::map<std::string, std::shared_ptr<const DirectoryTenant>, std::less<>> by_slug;
  std::unordered_map<std::string, std::shared_ptr<const DirectoryInstance>> by_callback;  ///< by callback_id
};

class Directory {
 public:
  Directory(CatalogueStore& store, ChannelPlugins& plugins, const Log& log);

  /// Reads the catalogue and swaps the snapshot. Instances whose row did not change keep running. May throw
  /// StoreUnavailable; the old snapshot then stays. Thread-safe: one reload at a time.
  void reload();

  /// nullptr when there is no such tenant. The value stays valid while it is held.
  std::shared_ptr<const DirectoryTenant> find(TenantId tenant) const;
  std::shared_ptr<const DirectoryTenant> find(std::string_view slug) const;
  std::shared_ptr<const DirectorySnapshot> snapshot() const;

 private:
  std::shared_ptr<const DirectoryInstance> start(ProviderInstance row) const;

  CatalogueStore& store_;
  ChannelPlugins& plugins_;
  const Log& log_;
  std::mutex reloading_;
  std::atomic<std::shared_ptr<const DirectorySnapshot>> snapshot_;
};

}  // namespace belfry
