#include "kit/json.h"
#include "services/dead_letters/dead_letter_record.h"

namespace belfry {

std::string recordOf(const DeadLetter& letter) {
  JsonWriter json;
  json.object([&] {
    json.member("deliveryId", letter.delivery.toString());
    json.member("notificationId", letter.notification.toString());
    json.member("channel", toText(letter.channel));
    if (!letter.provider.empty()) json.member("provider", letter.provider);
    if (!letter.error_code.empty()) json.member("errorCode", letter.error_code);
    json.member("attempt", letter.attempt);
  });
  return json.take();
}

std::string recordOf(NotificationId corrected, const std::vector<std::string>& fields) {
  JsonWriter json;
  json.object([&] {
    json.member("notificationId", corrected.toString());
    json.memberArray("corrected", [&] {
      for (const auto& field : fields) json.value(field);
    });
  });
  return json.take();
}

}  // namespace belfry
