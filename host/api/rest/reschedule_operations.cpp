#include "api/rest/reschedule_operations.h"

#include "api/rest/notification_json.h"
#include "api/rest/parse_with.h"
#include "api/rest/send_parts_json.h"

namespace belfry {
namespace {

constexpr std::size_t kMostBody = 4096;

Answer reschedule(Rescheduling& rescheduling, const Call& call) {
  auto times = parseWith<SendTimes>(call.request.body, readSendTimes);
  if (!times) return failure(std::move(times).error());
  const auto id = NotificationId::parse(call.params[0]);
  if (!id) return failure(notFound("there is no notification '" + shorten(call.params[0]) + "'"));
  auto view = rescheduling.reschedule(call.caller, *id, std::move(*times));
  if (!view) return failure(std::move(view).error());
  return jsonResponse(200, notificationJson(*view));
}

}  // namespace

void addRescheduleOperation(Router& router, Rescheduling& rescheduling) {
  router.add(takes("/api/v1/services/notifications/{id}/reschedule", Scope::notifications_manage, kMostBody,
                   [&rescheduling](const Call& call) { return reschedule(rescheduling, call); }));
}

}  // namespace belfry
