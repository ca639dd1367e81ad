#include "kit/json.h"
#include "services/delivery/misfires.h"

namespace belfry {

std::string toJson(const Misfire& misfire) {
  JsonWriter json;
  json.object([&] {
    json.member("rule", "schedule.misfire");
    json.member("level", misfire.by_send ? "request" : "setting");
    json.member("value", toText(misfire.policy));
    json.member("scheduledAt", formatRfc3339(misfire.scheduled_at));
    json.member("lateMs", misfire.late.count() / 1000);
    if (misfire.deferred_to) json.member("deferredTo", formatRfc3339(*misfire.deferred_to));
  });
  return json.take();
}

}  // namespace belfry
