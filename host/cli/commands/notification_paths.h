#pragma once

#include <string>

#include "cli/api_client.h"

namespace belfry::cli {

inline const std::string kNotifications = "/api/v1/services/notifications";

inline std::string notificationPath(const std::string& id) { return kNotifications + "/" + encoded(id); }

}  // namespace belfry::cli
