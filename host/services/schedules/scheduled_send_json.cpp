#include "kit/json.h"
#include "services/schedules/scheduled_send.h"

namespace belfry {

std::optional<NotificationId> notificationIdOf(std::string_view answer_json) {
  const auto answer = parseJson(answer_json);
  const auto* id = answer ? jsonAt(*answer, "/id") : nullptr;
  return id != nullptr && id->IsString() ? NotificationId::parse(asView(*id)) : std::nullopt;
}

}  // namespace belfry
