#include "services/schedules/rescheduling.h"

#include "services/intake/send_rules.h"

namespace belfry {
namespace {

Problem unknownNotification(NotificationId id) {
  return {ErrorCode::not_found, "there is no notification '" + id.toString() + "'", {}, 0};
}

std::string movableStates() {
  std::string states;
  for (const auto state : allDeliveryStates()) {
    if (state != DeliveryState::scheduled && !(isLive(state) && mayTransition(state, DeliveryState::scheduled)))
      continue;
    states += (states.empty() ? "" : ", ") + std::string(toText(state));
  }
  return states;
}

Problem tooLate(DeliveryState state) {
  const auto why = isLive(state) ? "is being sent" : "is " + std::string(toText(state)) + " already";
  return {ErrorCode::state_conflict,
          "it is too late for another time: the notification " + why + "; allowed: " + movableStates(),
          {},
          0};
}

const char* pointerOf(const SendTimes& times) {
  return times.delay ? "/delay" : times.send_at_local ? "/sendAtLocal" : "/sendAt";
}

}  // namespace

Result<TimePoint, Problem> Rescheduling::dueAt(const NotificationView& view, SendTimes& times) const {
  const auto now = clock_.now();
  FieldErrors errors;
  if (!times.send_at && !times.delay && !times.send_at_local)
    errors.push_back(
        {"/sendAt", FieldErrorCode::required, "is missing", "", "sendAt, delay, or sendAtLocal with its timezone"});
  const auto& request = view.request;
  resolveLocalTime(times,
                   {request.timezone.empty() ? request.recipient.timezone : request.timezone, settings_.timezone},
                   zones_, errors);
  checkTimes(times, now, settings_.most_ahead, errors);
  const auto due_at = times.delay ? now + *times.delay : times.send_at.value_or(now);
  if (errors.empty() && view.expires_at && due_at >= *view.expires_at) {
    errors.push_back({pointerOf(times), FieldErrorCode::out_of_range, "is not before the notification's expiresAt",
                      formatRfc3339(due_at), "a time before " + formatRfc3339(*view.expires_at)});
  }
  if (errors.empty()) return due_at;
  const auto count = std::to_string(errors.size()) + (errors.size() == 1 ? " field is" : " fields are");
  return failure(Problem{ErrorCode::validation_failed, count + " not valid", std::move(errors), 0});
}

Result<NotificationView, Problem> Rescheduling::reschedule(const Caller& caller, NotificationId id, SendTimes times) {
  const auto before = store_.get(caller.tenant, id);
  if (!before) return failure(unknownNotification(id));
  const auto due_at = dueAt(*before, times);
  if (!due_at) return failure(due_at.error());
  const bool moved = !store_.reschedule(caller.tenant, id, *due_at, caller.subject).empty();
  auto view = store_.get(caller.tenant, id);
  if (!view) return failure(unknownNotification(id));
  if (!moved) return failure(tooLate(notificationState(view->deliveries)));
  return std::move(*view);
}

}  // namespace belfry
