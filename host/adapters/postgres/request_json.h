// The sealed column notifications.request: a NotificationRequest as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/notification.h"

namespace belfry::pg {

std::string toJson(const NotificationRequest& request);
/// nullopt when the text is not what toJson writes.
std::optional<NotificationRequest> parseRequest(std::string_view json);

/// template_versions.content: {"email": {"subject": "…"}}.
std::string contentToJson(const std::map<Channel, Fields>& content);
std::optional<std::map<Channel, Fields>> parseContent(std::string_view json);

/// provider_instances.secrets: {"name": "value"}.
std::string secretsToJson(const std::map<std::string, std::string>& secrets);
std::optional<std::map<std::string, std::string>> parseSecrets(std::string_view json);

}  // namespace belfry::pg
