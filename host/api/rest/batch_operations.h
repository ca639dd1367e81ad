// services/notifications: send-batch, send-chunk, and reading batches.
#pragma once

#include "api/rest/router.h"
#include "ports/batch_store.h"
#include "ports/notification_store.h"
#include "services/intake/batch_intake.h"

namespace belfry {

/// All of it must outlive the router.
void addBatchOperations(Router& router, BatchIntake& intake, BatchStore& batches, NotificationStore& notifications);

}  // namespace belfry
