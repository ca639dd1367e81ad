// Deliveries that were given up: looking at them, replaying them as they were or corrected, purging them:
// admin/dead-letters.
#pragma once

#include "api/rest/router.h"
#include "services/dead_letters/dead_letters.h"
#include "services/queues/queue_control.h"

namespace belfry {

/// Many at once are actions of `queues`.
void addDeadLetterOperations(Router& router, DeadLetters& letters, QueueControl& queues);

}  // namespace belfry
