// What an operator corrects in a dead letter before it is sent anew, and the send that comes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/delivery.h"
#include "model/problem.h"
#include "ports/notification_store.h"
#include "services/intake/send_command.h"

namespace belfry {

/// What is absent stays as it was.
struct DeadLetterEdit {
  std::optional<std::string> user_id;
  std::optional<std::string> email;
  std::optional<std::string> phone;
  std::optional<DeviceToken> device_token;
  std::optional<std::string> data_json;  ///< all of it, an object
  std::optional<int> template_version;   ///< of the same template
  std::optional<std::string> template_language;
  std::optional<Fields> content;  ///< instead of the template or of all content
  std::optional<TimePoint> expires_at;

  bool operator==(const DeadLetterEdit&) const = default;
};

/// What is wrong with it for this notification, beyond what every send must satisfy. Pointers are those of the API.
std::vector<FieldError> faultsOf(const DeadLetterEdit& edit, const NotificationView& of);

/// Names of the fields that are corrected, for the audit: values may be personal.
std::vector<std::string> fieldsOf(const DeadLetterEdit& edit);

/// The send of `delivery` of `of` alone, corrected: to its address, on its channel, now.
SendCommand corrected(const NotificationView& of, const Delivery& delivery, const DeadLetterEdit& edit);

}  // namespace belfry
