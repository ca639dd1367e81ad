// Notifications and deliveries as their readers see them; addresses are masked.
#pragma once

#include <string>

#include "kit/json.h"
#include "ports/notification_store.h"

namespace belfry {

enum class Timeline { shown, left_out };

void writeNotification(JsonWriter& json, const NotificationView& view, Timeline timeline);
std::string notificationJson(const NotificationView& view);
/// `{"items": […]}` with timelines.
std::string deliveriesJson(const NotificationView& view);

}  // namespace belfry
