// The delivery engine: everything between a stored notification and its settled deliveries, put together in order.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "adapters/prometheus/metrics.h"
#include "app/config/settings.h"
#include "ports/exchange.h"
#include "ports/ready_hints.h"
#include "ports/ready_store.h"
#include "ports/upkeep_store.h"
#include "ports/work_store.h"
#include "services/delivery/delivery_pipeline.h"
#include "services/intake/dispatch.h"
#include "workers/delivery_loop.h"
#include "workers/due_loop.h"
#include "workers/hint_feeder.h"
#include "workers/periodic_loop.h"
#include "workers/settle_stream.h"

namespace belfry {

/// What the engine works on; all of it outlives the engine.
struct EngineParts {
  WorkStore& work;
  ReadyStore& ready;
  ReadyHints* hints;  ///< nullptr: there are none
  UpkeepStore& upkeep;
  const Directory& directory;
  Renderer& renderer;
  const Clock& clock;
  Metrics& metrics;
  const Log& log;
};

class Engine final : public Dispatch {
 public:
  Engine(const Settings& settings, const EngineParts& parts);

  /// `found` is called when receipts of settled deliveries wait parked. Before start().
  void whenReceiptsWait(std::function<void()> found) { settle_.whenReceiptsWait(std::move(found)); }
  /// Starts the loops of this process's roles.
  void start();
  /// The database may hold work that nobody here knows of. Thread-safe.
  void look();
  /// Names this process where it claims and announces.
  const Uuid& owner() const { return terms_.owner; }

  ClaimTerms terms() const override { return terms_; }
  int reserve(Priority priority, int wanted) override;
  void giveBack(Priority priority, int slots) override;
  void begin(std::vector<HandedOver> deliveries, std::chrono::steady_clock::time_point claimed_at) override;
  void release(std::vector<ClaimedDelivery> claims) override;
  void queued(std::vector<ReadyDelivery> deliveries) override;
  void scheduled() override { due_.wake(); }

  /// Claims no more, waits for attempts in flight, then settles what ended. `stop_exchanges` is called in between: it
  /// ends what is still under way, so that those attempts settle too.
  void stop(std::chrono::steady_clock::time_point deadline, const std::function<void()>& stop_exchanges);
  /// Takes over what may change while it runs: retry.* and lease_expired.*. Thread-safe.
  void apply(const Settings& settings);
  int inFlight() const { return delivery_.inFlight() + critical_.inFlight(); }

 private:
  using RescuePolicies = std::map<Channel, RescuePolicy>;

  static RescuePolicies rescuePolicies(const Settings& settings);
  DeliveryLoop& loopOf(Priority priority) { return priority == Priority::critical ? critical_ : delivery_; }
  WorkSource source();
  void wakeLoops();
  void settled(std::span<const Settlement> group);
  bool rescueOnce();
  bool upkeepOnce();

  const Settings& settings_;
  const EngineParts parts_;
  const ClaimTerms terms_;
  std::atomic<std::shared_ptr<const RescuePolicies>> rescue_policies_;
  DeliveryPipeline pipeline_;
  SettleStream settle_;
  std::unique_ptr<HintFeeder> feeder_;  // nullptr without hints
  DeliveryLoop critical_;
  DeliveryLoop delivery_;
  DueLoop due_;
  PeriodicLoop rescue_;
  PeriodicLoop relay_;
  PeriodicLoop upkeep_loop_;
};

}  // namespace belfry
