#include "services/schedules/schedule_firings.h"

#include "ports/store_error.h"
#include "services/schedules/firing_times.h"

namespace belfry {
namespace {

constexpr int kGroup = 200;
constexpr auto kHold = std::chrono::seconds(20);  // longer than the intake writer tries

/// The times that have come, as far as they matter.
struct Times {
  TimePoint latest;
  int missed = 0;                 ///< earlier ones
  std::optional<TimePoint> next;  ///< absent: none comes any more
};

Times timesOf(const Schedule& schedule, const CronRule& rule, const TimeZone& zone, TimePoint now) {
  Times times{*schedule.next_at, 0, std::nullopt};
  const auto& ends_at = schedule.terms.ends_at;
  for (;;) {
    auto next = nextFiring(rule, zone, times.latest);
    if (next && ends_at && *next > *ends_at) next.reset();
    if (next && *next <= now) {
      times.latest = *next;
      ++times.missed;
      continue;
    }
    times.next = next;
    return times;
  }
}

/// Without values: they may be personal.
std::string wordsOf(const Problem& problem) {
  auto text = std::string(toText(problem.code)) + ": " + problem.detail;
  for (const auto& error : problem.errors) text += "; " + error.pointer + " " + error.message;
  constexpr std::size_t kMost = 1000;
  if (text.size() > kMost) text.resize(kMost);
  return text;
}

/// Whether trying again later may help without anybody doing something.
bool passes(ErrorCode code) {
  return code == ErrorCode::overloaded || code == ErrorCode::not_ready || code == ErrorCode::rate_limited ||
         code == ErrorCode::idempotency_in_progress;
}

Caller callerOf(const Schedule& schedule) {
  Caller caller;
  caller.tenant = schedule.tenant;
  caller.subject = "schedule:" + schedule.id.toString();
  return caller;
}

/// With spaces, so that no client can have the same: its keys are visible ASCII.
std::string keyOf(const Schedule& schedule, TimePoint at) {
  return "schedule " + schedule.id.toString() + " " + formatRfc3339(at);
}

}  // namespace

ScheduleFirings::ScheduleFirings(ScheduleStore& store, const TimeZones& zones, const ScheduledSend& send,
                                 const Clock& clock, const Log& log, Duration misfire_after)
    : store_(store), zones_(zones), send_(send), clock_(clock), log_(log), misfire_after_(misfire_after) {}

std::optional<TimePoint> ScheduleFirings::fireDue() {
  const auto due = store_.takeDue(kGroup, kHold);
  std::vector<Begun> begun;
  for (const auto& schedule : due) {
    try {
      begun.push_back(begin(schedule, clock_.now()));
    } catch (const std::exception& error) {
      // One schedule that cannot be looked at now must not stop the others; its hold runs out.
      log_.warn("schedule not fired, will be tried again",
                {{"schedule_id", schedule.id.value}, {"reason", error.what()}});
    }
  }
  std::vector<ScheduleAdvance> advances;
  for (auto& one : begun)
    if (auto advance = finish(std::move(one))) advances.push_back(std::move(*advance));
  store_.advance(advances);
  return store_.nextDue();
}

ScheduleFirings::Begun ScheduleFirings::begin(const Schedule& schedule, TimePoint now) {
  Begun begun{{schedule.tenant, schedule.id, *schedule.next_at, schedule.revision, {}, 0, {}, {}, {}}, {}, false};
  auto& advance = begun.advance;
  const auto rule = CronRule::parse(schedule.terms.rule);
  const auto* zone = zones_.find(schedule.terms.timezone);
  if (!rule || zone == nullptr) {
    advance.problem = "its rule or its time zone is not known any more";
    return begun;  // it ends
  }
  const auto times = timesOf(schedule, *rule, *zone, now);
  advance.missed = times.missed;
  advance.next_at = times.next;
  std::optional<TimePoint> send_at;
  if (now - times.latest > misfire_after_.load() && schedule.terms.misfire != MisfirePolicy::send) {
    if (schedule.terms.misfire == MisfirePolicy::defer) send_at = sameTimeNextDay(*zone, times.latest, now);
    if (!send_at || send_at == times.next) {
      ++advance.missed;
      return begun;
    }
  }
  advance.fired_at = times.latest;
  const auto& most = schedule.terms.most_firings;
  begun.last = most && schedule.firings + 1 >= *most;
  begun.sent = send_.fire(callerOf(schedule), schedule.terms.send_json, keyOf(schedule, times.latest), send_at);
  return begun;
}

std::optional<ScheduleAdvance> ScheduleFirings::finish(Begun begun) {
  if (!begun.sent.valid()) return std::move(begun.advance);
  auto outcome = begun.sent.get();
  if (outcome) {
    begun.advance.notification = *outcome;
    if (begun.last) begun.advance.next_at.reset();
    return std::move(begun.advance);
  }
  const auto words = wordsOf(outcome.error());
  log_.warn("schedule's send refused", {{"schedule_id", begun.advance.id.value}, {"reason", words}});
  if (passes(outcome.error().code)) return std::nullopt;
  begun.advance.problem = words;
  return std::move(begun.advance);
}

}  // namespace belfry
