#include "api/rest/notification_page.h"

#include "api/rest/notification_json.h"
#include "api/rest/operation.h"
#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/query_reader.h"

namespace belfry {

Result<NotificationQuery, Problem> readNotificationQuery(const HttpRequest& request, std::string_view cursor_kind,
                                                         std::optional<Uuid> batch) {
  FieldErrors errors;
  QueryReader query(request, errors);
  NotificationQuery wanted;
  wanted.filter.status = query.word<DeliveryState>("status", parseDeliveryState, allowedDeliveryState());
  wanted.filter.channel = query.word<Channel>("channel", parseChannel, allowedChannel());
  wanted.filter.from = query.time("from");
  wanted.filter.to = query.time("to");
  wanted.filter.user_id = query.text("userId", 4096);
  wanted.filter.batch = batch ? batch : query.uuid("batchId");
  wanted.limit = query.limit();
  if (const auto id = query.idCursor(cursor_kind)) wanted.before = NotificationId{*id};
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return wanted;
}

HttpResponse notificationPage(NotificationStore& store, TenantId tenant, const NotificationQuery& query,
                              std::string_view cursor_kind) {
  // One more than asked for tells whether there is another page.
  const auto views = store.list(tenant, query.filter, query.before, query.limit + 1);
  return jsonResponse(
      200, pageJson(
               views, query.limit, cursor_kind, [](const auto& view) { return view.id.toString(); },
               [](JsonWriter& json, const auto& view) { writeNotification(json, view, Timeline::left_out); }));
}

HttpResponse toResponse(SendAnswer answer) {
  auto response = jsonResponse(answer.status, std::move(answer.body_json));
  if (answer.replayed) response.headers.add("Idempotency-Replayed", "true");
  return response;
}

}  // namespace belfry
