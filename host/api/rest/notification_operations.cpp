#include "api/rest/notification_operations.h"

#include <limits>

#include "api/rest/explanation_json.h"
#include "api/rest/notification_json.h"
#include "api/rest/notification_page.h"
#include "api/rest/problem_json.h"
#include "api/rest/request_headers.h"
#include "api/rest/send_json.h"

namespace belfry {
namespace {

constexpr std::string_view kBase = "/api/v1/services/notifications";
constexpr std::string_view kCursorKind = "n";

void send(Intake& intake, const Call& call, Reply reply) {
  auto parsed = parseSend(call.request.body);
  if (!parsed) return reply(failure(std::move(parsed).error()));
  auto& command = parsed->command;
  if (!call.idempotency_key.empty()) {
    command.idempotency_key = call.idempotency_key;
    command.request_hash = requestHash(call.request);
  }
  const auto form = parsed->form;
  const bool by_channel = parsed->content_by_channel;
  intake.send(call.caller, std::move(command),
              [reply = std::move(reply), form, by_channel](Result<SendAnswer, Problem> outcome) {
                if (outcome) return reply(toResponse(std::move(outcome).value()));
                pointIntoBody(outcome.error(), form, by_channel);
                reply(failure(std::move(outcome).error()));
              });
}

Problem unknownNotification(const std::string& id) {
  return notFound("there is no notification '" + shorten(id) + "'");
}

Result<NotificationView, Problem> find(NotificationStore& store, const Call& call) {
  const auto id = NotificationId::parse(call.params[0]);
  auto view = id ? store.get(call.caller.tenant, *id) : std::nullopt;
  if (!view) return failure(unknownNotification(call.params[0]));
  return std::move(*view);
}

Answer list(NotificationStore& store, const Call& call) {
  const auto query = readNotificationQuery(call.request, kCursorKind);
  if (!query) return failure(query.error());
  return notificationPage(store, call.caller.tenant, *query, kCursorKind);
}

std::string cancellableStates() {
  std::string states;
  for (const auto state : allDeliveryStates()) {
    if (isLive(state) && mayTransition(state, DeliveryState::cancelled))
      states += (states.empty() ? "" : ", ") + std::string(toText(state));
  }
  return states;
}

Answer cancel(NotificationStore& store, const Call& call) {
  auto before = find(store, call);
  if (!before) return failure(std::move(before).error());
  if (store.cancel(call.caller.tenant, before->id, call.caller.subject).empty()) {
    const auto state = notificationState(find(store, call).value().deliveries);
    return failure(Problem{ErrorCode::state_conflict,
                           "nothing can be called off: the notification is " + std::string(toText(state)) +
                               "; allowed: " + cancellableStates(),
                           {},
                           0});
  }
  return jsonResponse(200, notificationJson(find(store, call).value()));
}

}  // namespace

void addNotificationOperations(Router& router, Intake& intake, NotificationStore& store) {
  const std::string base(kBase);
  Operation sending{"POST",
                    base + "/send",
                    Access::scoped,
                    Scope::notifications_send,
                    false,
                    true,
                    std::numeric_limits<std::size_t>::max(),
                    false,
                    AnswerLater([&intake](const Call& call, Reply reply) { send(intake, call, std::move(reply)); })};
  sending.keeps_key = true;  // in the transaction that takes the notification in
  router.add(std::move(sending));
  router.add(lists(base, Scope::notifications_read, [&store](const Call& call) { return list(store, call); }));
  router.add(reads(base + "/{id}", Scope::notifications_read, [&store](const Call& call) -> Answer {
    auto view = find(store, call);
    if (!view) return failure(std::move(view).error());
    return jsonResponse(200, notificationJson(*view));
  }));
  router.add(reads(base + "/{id}/deliveries", Scope::notifications_read, [&store](const Call& call) -> Answer {
    auto view = find(store, call);
    if (!view) return failure(std::move(view).error());
    return jsonResponse(200, deliveriesJson(*view));
  }));
  router.add(reads(base + "/{id}/explain", Scope::notifications_read, [&store](const Call& call) -> Answer {
    auto view = find(store, call);
    if (!view) return failure(std::move(view).error());
    return jsonResponse(200, explanationJson(*view));
  }));
  router.add(acts(base + "/{id}/cancel", Scope::notifications_manage,
                  [&store](const Call& call) { return cancel(store, call); }));
}

}  // namespace belfry
