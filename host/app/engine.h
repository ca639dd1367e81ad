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
#include "ports/upkeep_store.h"
#include "ports/work_store.h"
#include "services/delivery/delivery_pipeline.h"
#include "workers/delivery_loop.h"
#include "workers/due_loop.h"
#include "workers/periodic_loop.h"
#include "workers/settle_stream.h"

namespace belfry {

class Engine {
 public:
  Engine(const Settings& settings, WorkStore& work, UpkeepStore& upkeep, const Directory& directory, Renderer& renderer,
         const Clock& clock, Metrics& metrics, const Log& log);

  /// `found` is called when receipts of settled deliveries wait parked. Before start().
  void whenReceiptsWait(std::function<void()> found) { settle_.whenReceiptsWait(std::move(found)); }
  /// Whether what is scheduled came late. Before start().
  void judgeBy(const Misfires& misfires) { pipeline_.judgeBy(misfires); }
  /// Fires what is due and says when to look again. Before start(), for the role scheduler.
  void fireSchedulesBy(DueLoop::Step fire);
  /// A schedule may have become due earlier. Thread-safe.
  void wakeSchedules();
  /// Starts the loops of this process's roles.
  void start();
  /// New work may be due. Thread-safe.
  void wake();
  /// Claims no more, waits for attempts in flight, then settles what ended. `stop_exchanges` is called in between: it
  /// ends what is still under way, so that those attempts settle too.
  void stop(std::chrono::steady_clock::time_point deadline, const std::function<void()>& stop_exchanges);
  /// Takes over what may change while it runs: retry.* and lease_expired.*. Thread-safe.
  void apply(const Settings& settings);
  int inFlight() const { return delivery_.inFlight(); }

 private:
  using RescuePolicies = std::map<Channel, RescuePolicy>;

  static RescuePolicies rescuePolicies(const Settings& settings);
  bool rescueOnce();
  bool upkeepOnce();

  const Settings& settings_;
  WorkStore& work_;
  UpkeepStore& upkeep_;
  Metrics& metrics_;
  const Log& log_;
  std::atomic<std::shared_ptr<const RescuePolicies>> rescue_policies_;
  DeliveryPipeline pipeline_;
  SettleStream settle_;
  DeliveryLoop delivery_;
  PeriodicLoop rescue_;
  PeriodicLoop relay_;
  PeriodicLoop upkeep_loop_;
  const Clock& clock_;
  std::unique_ptr<DueLoop> schedules_;
};

}  // namespace belfry
