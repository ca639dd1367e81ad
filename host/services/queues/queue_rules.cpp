#include "services/queues/queue_rules.h"

#include <algorithm>

namespace belfry {
namespace {

using States = std::vector<DeliveryState>;

void fault(std::vector<FieldError>& errors, const char* pointer, FieldErrorCode code, std::string message,
           std::string value, std::string allowed) {
  errors.push_back({pointer, code, std::move(message), shorten(value), std::move(allowed)});
}

std::string joined(const States& states) {
  std::string text;
  for (auto state : states) text += (text.empty() ? "" : ", ") + std::string(toText(state));
  return text;
}

/// `failed` by itself; what may have been sent is only repeated when somebody asks for just that.
States statesOf(QueueAction action) {
  switch (action) {
    case QueueAction::retry_failed: return {DeliveryState::failed, DeliveryState::unknown};
    case QueueAction::delete_waiting:
    case QueueAction::change_priority:
      return {DeliveryState::scheduled, DeliveryState::queued, DeliveryState::deferred};
    case QueueAction::replay_dead_letters:
    case QueueAction::purge_dead_letters: return {DeliveryState::failed};
  }
  return {};
}

void checkState(const QueueWish& wish, std::vector<FieldError>& errors) {
  if (!wish.filter.state) return;
  const auto allowed = statesOf(wish.action);
  if (std::find(allowed.begin(), allowed.end(), *wish.filter.state) != allowed.end()) return;
  fault(errors, "/filter/state", FieldErrorCode::not_allowed,
        "is no state that " + std::string(toText(wish.action)) + " is for", std::string(toText(*wish.filter.state)),
        joined(allowed));
}

void checkPriority(const QueueWish& wish, std::vector<FieldError>& errors) {
  const bool changes = wish.action == QueueAction::change_priority;
  if (changes && !wish.priority)
    fault(errors, "/priority", FieldErrorCode::required, "is missing: what should it become?", "",
          std::string(allowedPriority()));
  if (!changes && wish.priority)
    fault(errors, "/priority", FieldErrorCode::conflict, "is only for change_priority",
          std::string(toText(*wish.priority)), "filter.priority, to choose deliveries by it");
}

}  // namespace

std::vector<FieldError> faultsOf(const PauseWish& wish) {
  std::vector<FieldError> errors;
  const bool empty = wish.scope == PauseScope{};
  if (empty && !wish.all)
    fault(errors, "/all", FieldErrorCode::required, "nothing says what is meant", "",
          "channel, priority, provider, or all: true for the whole tenant");
  if (!empty && wish.all)
    fault(errors, "/all", FieldErrorCode::conflict, "contradicts the other fields", "true",
          "all alone, or channel, priority or provider without it");
  if (!wish.scope.provider.empty() && (wish.scope.channel || wish.scope.priority))
    fault(errors, "/provider", FieldErrorCode::conflict, "stands beside channel or priority", wish.scope.provider,
          "provider alone: an instance has one channel");
  return errors;
}

std::vector<FieldError> faultsOfDrain(const PauseWish& wish) {
  auto errors = faultsOf(wish);
  if (wish.scope.priority)
    fault(errors, "/priority", FieldErrorCode::not_allowed, "sends of one priority alone are not refused",
          std::string(toText(*wish.scope.priority)), "channel, or all: true");
  if (!wish.scope.provider.empty())
    fault(errors, "/provider", FieldErrorCode::not_allowed, "sends choose no provider", wish.scope.provider,
          "channel, or all: true");
  return errors;
}

std::vector<FieldError> faultsOf(const ActionWish& asked) {
  std::vector<FieldError> errors;
  const auto& filter = asked.wish.filter;
  const bool empty = filter == QueueFilter{};
  if (empty && !asked.all)
    fault(errors, "/filter", FieldErrorCode::required, "nothing says which deliveries are meant", "",
          "a filter with a field or more, or {\"all\": true}");
  if (!empty && asked.all)
    fault(errors, "/filter/all", FieldErrorCode::conflict, "contradicts the other fields", "true",
          "all alone, or the others without it");
  if (filter.from && filter.to && *filter.from >= *filter.to)
    fault(errors, "/filter/to", FieldErrorCode::out_of_range, "is not after from", formatRfc3339(*filter.to),
          "a time after " + formatRfc3339(*filter.from));
  checkState(asked.wish, errors);
  checkPriority(asked.wish, errors);
  return errors;
}

}  // namespace belfry
