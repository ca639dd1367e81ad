// Bulk actions on a tenant's deliveries: by a dry run what they would take, else the operation that was begun.
#pragma once

#include "api/rest/queue_json.h"
#include "api/rest/router.h"
#include "services/queues/queue_control.h"

namespace belfry {

/// Who is to be named in the audit.
Operator operatorOf(const Call& call);

/// 200 with a survey, or 202 with the operation and where it is found.
Answer answerAction(QueueControl& queues, const Call& call, Result<ActionBody, Problem> asked);

}  // namespace belfry
