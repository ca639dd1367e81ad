#include "app/dedup_desk.h"

namespace belfry {
namespace {

constexpr int kGroup = 1000;
constexpr auto kArchivePause = std::chrono::hours(1);

DedupWatchSettings watchSettings(const DedupOptions& options) {
  return {options.alert_rate, options.alert_minimum, options.alert_period};
}

}  // namespace

DedupDesk::DedupDesk(const Settings& settings, IntakeStore& intake, DedupStore& keys, const Clock& clock,
                     Metrics& metrics, const Log& log)
    : settings_(settings),
      watch_(
          intake, clock, log,
          [&metrics](std::size_t claims, std::size_t doubles, std::size_t alerts) {
            metrics.dedup(claims, doubles, alerts);
          },
          watchSettings(settings.dedup)),
      archive_(
          "dedup", kArchivePause,
          [&keys, days = settings.dedup.trend_days] { return keys.archive(kGroup, days) == kGroup; }, log) {}

void DedupDesk::start() {
  if (settings_.roles.contains(ProcessRole::scheduler)) archive_.start();
}

}  // namespace belfry
