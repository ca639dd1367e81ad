// Watching queues, pausing, draining and resuming them, and bulk actions: admin/queues.
#pragma once

#include "api/rest/router.h"
#include "services/queues/queue_control.h"

namespace belfry {

void addQueueOperations(Router& router, QueueControl& queues);

}  // namespace belfry
