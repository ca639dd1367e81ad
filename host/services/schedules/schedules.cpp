#include "services/schedules/schedules.h"

#include <algorithm>

#include "services/schedules/firing_times.h"

namespace belfry {
namespace {

using FieldErrors = std::vector<FieldError>;

Problem unknownSchedule(ScheduleId id) {
  return {ErrorCode::not_found, "there is no schedule '" + id.toString() + "'", {}, 0};
}

Problem notNow(const std::string& detail) { return {ErrorCode::state_conflict, detail, {}, 0}; }

void checkSpan(const ScheduleTerms& terms, TimePoint now, FieldErrors& errors) {
  if (terms.ends_at && *terms.ends_at <= now) {
    errors.push_back(
        {"/endsAt", FieldErrorCode::in_the_past, "has passed", formatRfc3339(*terms.ends_at), "a time from now on"});
  } else if (terms.starts_at && terms.ends_at && *terms.ends_at < *terms.starts_at) {
    errors.push_back({"/endsAt", FieldErrorCode::out_of_range, "is before startsAt", formatRfc3339(*terms.ends_at),
                      "a time from " + formatRfc3339(*terms.starts_at) + " on"});
  }
  const auto check_far = [&](const char* pointer, const std::optional<TimePoint>& at) {
    if (!at || *at <= now + kFarthestFiring) return;
    errors.push_back(
        {pointer, FieldErrorCode::out_of_range, "is too far ahead", formatRfc3339(*at), "at most ten years from now"});
  };
  check_far("/startsAt", terms.starts_at);
  check_far("/endsAt", terms.ends_at);
}

}  // namespace

Schedules::Schedules(ScheduleStore& store, const TimeZones& zones, const ScheduledSend& send, const Clock& clock,
                     ScheduleDefaults defaults, std::function<void()> changed)
    : store_(store),
      zones_(zones),
      send_(send),
      clock_(clock),
      defaults_(std::move(defaults)),
      changed_(std::move(changed)) {}

std::optional<TimePoint> Schedules::firstFiring(const ScheduleTerms& terms, TimePoint after,
                                                FieldErrors& errors) const {
  const auto rule = CronRule::parse(terms.rule);
  if (!rule) {
    errors.push_back(
        {"/rule", FieldErrorCode::malformed, rule.error().message, shorten(rule.error().value), rule.error().allowed});
  }
  const auto* zone = zones_.find(terms.timezone);
  if (zone == nullptr) {
    errors.push_back({"/timezone", FieldErrorCode::not_found, "there is no such time zone", shorten(terms.timezone),
                      std::string(kZoneForm)});
  }
  if (!rule || zone == nullptr) return std::nullopt;
  if (terms.starts_at) after = std::max(after, *terms.starts_at - Duration(1));
  const auto first = nextFiring(*rule, *zone, after);
  if (!first) {
    errors.push_back({"/rule", FieldErrorCode::never_fires, "names no time within ten years", shorten(terms.rule),
                      "a rule for days that exist"});
  } else if (terms.ends_at && *first > *terms.ends_at) {
    errors.push_back({"/rule", FieldErrorCode::never_fires, "does not fire before endsAt", shorten(terms.rule),
                      "an endsAt from " + formatRfc3339(*first) + " on"});
  }
  return first;
}

std::optional<Problem> Schedules::fault(const Caller& caller, ScheduleWish& wish, std::optional<TimePoint>& first) {
  const auto now = clock_.now();
  if (wish.terms.timezone.empty()) wish.terms.timezone = defaults_.timezone;
  wish.terms.misfire = wish.misfire.value_or(defaults_.misfire);
  FieldErrors errors;
  checkSpan(wish.terms, now, errors);
  const bool span_is_good = errors.empty();
  first = firstFiring(wish.terms, now, errors);
  // A span that is wrong in itself is said once.
  if (!span_is_good) std::erase_if(errors, [](const auto& error) { return error.code == FieldErrorCode::never_fires; });
  auto problem = send_.check(caller, wish.terms.send_json);
  if (problem && problem->errors.empty()) return problem;
  if (problem) std::move(problem->errors.begin(), problem->errors.end(), std::back_inserter(errors));
  if (errors.empty()) return std::nullopt;
  const auto count = std::to_string(errors.size()) + (errors.size() == 1 ? " field is" : " fields are");
  return Problem{ErrorCode::validation_failed, count + " not valid", std::move(errors), 0};
}

Schedules::Outcome Schedules::create(const Caller& caller, ScheduleWish wish) {
  Schedule schedule;
  if (auto wrong = fault(caller, wish, schedule.next_at)) return failure(std::move(*wrong));
  schedule.tenant = caller.tenant;
  schedule.id = ScheduleId::mint(clock_.now());
  schedule.terms = std::move(wish.terms);
  schedule.created_by = caller.subject;
  store_.create(schedule);
  changed_();
  return find(caller.tenant, schedule.id);
}

Schedules::Outcome Schedules::replace(const Caller& caller, ScheduleId id, ScheduleWish wish) {
  auto schedule = find(caller.tenant, id);
  if (!schedule) return schedule;
  if (schedule->state == ScheduleState::ended) return failure(notNow("the schedule has ended; make a new one"));
  std::optional<TimePoint> first;
  if (auto wrong = fault(caller, wish, first)) return failure(std::move(*wrong));
  if (wish.terms.most_firings && *wish.terms.most_firings <= schedule->firings) {
    return failure(Problem{
        ErrorCode::validation_failed,
        "1 field is not valid",
        {{"/count", FieldErrorCode::out_of_range, "has been reached already", std::to_string(*wish.terms.most_firings),
          "more than " + std::to_string(schedule->firings) + ", which it has made"}},
        0});
  }
  schedule->terms = std::move(wish.terms);
  schedule->next_at = schedule->state == ScheduleState::active ? first : std::nullopt;
  return store(std::move(*schedule));
}

Schedules::Outcome Schedules::pause(TenantId tenant, ScheduleId id) {
  auto schedule = find(tenant, id);
  if (!schedule) return schedule;
  if (schedule->state != ScheduleState::active)
    return failure(notNow("the schedule is " + std::string(toText(schedule->state)) + "; allowed: active"));
  schedule->state = ScheduleState::paused;
  schedule->next_at.reset();
  return store(std::move(*schedule));
}

Schedules::Outcome Schedules::resume(TenantId tenant, ScheduleId id) {
  auto schedule = find(tenant, id);
  if (!schedule) return schedule;
  if (schedule->state != ScheduleState::paused)
    return failure(notNow("the schedule is " + std::string(toText(schedule->state)) + "; allowed: paused"));
  FieldErrors errors;
  schedule->next_at = firstFiring(schedule->terms, clock_.now(), errors);
  if (!errors.empty())
    return failure(notNow("the schedule cannot fire any more: " + errors[0].pointer + " " + errors[0].message));
  schedule->state = ScheduleState::active;
  return store(std::move(*schedule));
}

Schedules::Outcome Schedules::remove(TenantId tenant, ScheduleId id) {
  auto schedule = find(tenant, id);
  if (!schedule) return schedule;
  if (!store_.remove(tenant, id)) return failure(unknownSchedule(id));
  return schedule;
}

Schedules::Outcome Schedules::find(TenantId tenant, ScheduleId id) const {
  auto schedule = store_.get(tenant, id);
  if (!schedule) return failure(unknownSchedule(id));
  return std::move(*schedule);
}

std::vector<TimePoint> Schedules::upcoming(const Schedule& schedule, int count) const {
  std::vector<TimePoint> times;
  const auto rule = CronRule::parse(schedule.terms.rule);
  const auto* zone = zones_.find(schedule.terms.timezone);
  if (!rule || zone == nullptr) return times;
  const auto& most = schedule.terms.most_firings;
  if (most) count = std::min(count, *most - schedule.firings);
  for (auto at = schedule.next_at; at && static_cast<int>(times.size()) < count; at = nextFiring(*rule, *zone, *at)) {
    if (schedule.terms.ends_at && *at > *schedule.terms.ends_at) break;
    times.push_back(*at);
  }
  return times;
}

Schedules::Outcome Schedules::store(Schedule changed) {
  if (!store_.change(changed))
    return failure(notNow("the schedule was changed or removed at the same time; read it again"));
  changed_();
  return find(changed.tenant, changed.id);
}

}  // namespace belfry
