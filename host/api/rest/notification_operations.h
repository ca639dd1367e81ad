// services/notifications: send, read, list, cancel.
#pragma once

#include "api/rest/router.h"
#include "ports/notification_store.h"
#include "services/intake/intake.h"

namespace belfry {

/// Intake and store must outlive the router.
void addNotificationOperations(Router& router, Intake& intake, NotificationStore& store);

}  // namespace belfry
