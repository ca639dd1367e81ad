#include "app/dead_letter_desk.h"

namespace belfry {
namespace {

constexpr int kGroup = 1000;
constexpr std::int64_t kMostCounted = 10000;
constexpr auto kPrunePause = std::chrono::minutes(10);
constexpr auto kCountPause = std::chrono::seconds(15);

}  // namespace

DeadLetterDesk::DeadLetterDesk(const Settings& settings, const DeadLetterParts& parts, Metrics& metrics, const Log& log)
    : settings_(settings),
      parts_(parts),
      log_(log),
      letters_(parts),
      prune_(
          "letters-prune", kPrunePause, [this] { return pruneOnce(); }, log),
      count_(
          "letters-count", kCountPause, [this] { return countOnce(); }, log) {
  if (!settings.roles.contains(ProcessRole::scheduler)) return;
  for (auto channel : allChannels())
    metrics.gauge(
        "belfry_dead_letters",
        "Dead letters that nobody has replayed or purged, over all tenants; of a tenant at most 10000 are counted",
        [this, channel] { return seen(channel); }, {{"channel", std::string(toText(channel))}});
}

void DeadLetterDesk::start() {
  if (!settings_.roles.contains(ProcessRole::scheduler)) return;
  prune_.start();
  count_.start();
}

void DeadLetterDesk::stop() {
  count_.stop();
  prune_.stop();
}

bool DeadLetterDesk::pruneOnce() {
  const auto now = parts_.clock.now();
  bool more = false;
  for (const auto state : allDeadLetterStates()) {
    const auto& kept = state == DeadLetterState::dead ? settings_.dead_letters : settings_.replayed_letters;
    const int gone = parts_.letters.prune({state, now - kept.keep, kept.per_tenant}, kGroup);
    if (gone > 0) log_.info("dead letters pruned", {{"state", toText(state)}, {"count", gone}});
    more = more || gone == kGroup;
  }
  return more;
}

bool DeadLetterDesk::countOnce() {
  std::map<Channel, std::int64_t> fresh;
  for (const auto& total : parts_.letters.totals(kMostCounted)) fresh[total.channel] += total.count;
  std::lock_guard lock(mutex_);
  totals_ = std::move(fresh);
  return false;
}

double DeadLetterDesk::seen(Channel channel) {
  std::lock_guard lock(mutex_);
  const auto found = totals_.find(channel);
  return found == totals_.end() ? 0 : static_cast<double>(found->second);
}

}  // namespace belfry
