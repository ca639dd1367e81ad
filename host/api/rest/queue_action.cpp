#include "api/rest/queue_action.h"

namespace belfry {

Operator operatorOf(const Call& call) { return {call.caller.tenant, call.caller.subject, call.request.request_id}; }

Answer answerAction(QueueControl& queues, const Call& call, Result<ActionBody, Problem> asked) {
  if (!asked) return failure(std::move(asked).error());
  if (asked->dry_run) {
    auto survey = queues.survey(call.caller.tenant, asked->wish);
    if (!survey) return failure(std::move(survey).error());
    return jsonResponse(200, surveyJson(*survey));
  }
  auto begun = queues.start(operatorOf(call), asked->wish);
  if (!begun) return failure(std::move(begun).error());
  auto answer = jsonResponse(202, queueOperationJson(*begun));
  answer.headers.set("Location", "/api/v1/admin/queues/actions/" + begun->id.toString());
  return answer;
}

}  // namespace belfry
