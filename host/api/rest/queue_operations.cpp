#include "api/rest/queue_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/queue_action.h"
#include "api/rest/queue_json.h"

namespace belfry {
namespace {

constexpr std::size_t kMostPauseBytes = 4096;
constexpr std::size_t kMostActionBytes = 64 * 1024;
constexpr std::string_view kCursorKind = "qo";
const std::string kBase = "/api/v1/admin/queues";

Answer report(const QueueControl& queues, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto channel = query.word<Channel>("channel", parseChannel, allowedChannel());
  const auto priority = query.word<Priority>("priority", parsePriority, allowedPriority());
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  auto report = queues.report(call.caller.tenant);
  std::erase_if(report.queues, [&](const QueueFigures& figures) {
    const auto queue = figures.depth.queue;
    return channel.value_or(queue.channel) != queue.channel || priority.value_or(queue.priority) != queue.priority;
  });
  return jsonResponse(200, queueReportJson(report));
}

using Hold = Result<QueuePause, Problem> (QueueControl::*)(const Operator&, const PauseWish&);

Answer hold(QueueControl& queues, Hold how, const Call& call) {
  auto wish = parsePauseWish(call.request.body, true);
  if (!wish) return failure(std::move(wish).error());
  auto made = (queues.*how)(operatorOf(call), *wish);
  if (!made) return failure(std::move(made).error());
  return jsonResponse(201, pauseJson(*made));
}

Answer resume(QueueControl& queues, const Call& call) {
  auto wish = parsePauseWish(call.request.body, false);
  if (!wish) return failure(std::move(wish).error());
  auto ended = queues.resume(operatorOf(call), *wish);
  if (!ended) return failure(std::move(ended).error());
  return jsonResponse(200, resumedJson(*ended));
}

Answer act(QueueControl& queues, const Call& call) {
  return answerAction(queues, call, parseActionBody(call.request.body));
}

Answer showAction(const QueueControl& queues, const Call& call) {
  auto found = queues.operation(call.caller.tenant, call.params[0]);
  if (!found) return failure(std::move(found).error());
  return jsonResponse(200, queueOperationJson(*found));
}

Answer listActions(const QueueControl& queues, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const int limit = query.limit();
  std::optional<QueueOperationId> before;
  if (const auto id = query.idCursor(kCursorKind)) before = QueueOperationId{*id};
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return jsonResponse(200, pageJson(
                               queues.operations(call.caller.tenant, before, limit + 1), limit, kCursorKind,
                               [](const auto& operation) { return operation.id.toString(); },
                               [](JsonWriter& json, const auto& operation) { writeQueueOperation(json, operation); }));
}

}  // namespace

void addQueueOperations(Router& router, QueueControl& queues) {
  const auto holds = [&](const char* path, Hold how) {
    router.add(takes(kBase + path, Scope::queues_write, kMostPauseBytes,
                     [&queues, how](const Call& call) { return hold(queues, how, call); }));
  };
  router.add(lists(kBase, Scope::queues_read, [&queues](const Call& call) { return report(queues, call); }));
  router.add(reads(kBase + "/pauses", Scope::queues_read, [&queues](const Call& call) {
    return Answer(jsonResponse(200, pausesJson(queues.pauses(call.caller.tenant))));
  }));
  holds("/pause", &QueueControl::pause);
  holds("/drain", &QueueControl::drain);
  router.add(takes(kBase + "/resume", Scope::queues_write, kMostPauseBytes,
                   [&queues](const Call& call) { return resume(queues, call); }));
  router.add(takes(kBase + "/actions", Scope::queues_write, kMostActionBytes,
                   [&queues](const Call& call) { return act(queues, call); }));
  router.add(
      lists(kBase + "/actions", Scope::queues_read, [&queues](const Call& call) { return listActions(queues, call); }));
  router.add(reads(kBase + "/actions/{id}", Scope::queues_read,
                   [&queues](const Call& call) { return showAction(queues, call); }));
}

}  // namespace belfry
