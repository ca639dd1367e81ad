#include "api/rest/batch_operations.h"

#include <limits>
#include <memory>

#include "api/rest/batch_json.h"
#include "api/rest/notification_page.h"
#include "api/rest/problem_json.h"
#include "api/rest/request_headers.h"

namespace belfry {
namespace {

constexpr std::string_view kBase = "/api/v1/services/notifications";
constexpr std::string_view kCursorKind = "bn";

using ParseChunk = Result<ParsedChunk, Problem> (*)(std::string_view body);

void sendChunk(BatchIntake& intake, ParseChunk parse, const Call& call, Reply reply) {
  auto parsed = parse(call.request.body);
  if (!parsed) return reply(failure(std::move(parsed).error()));
  auto& command = parsed->command;
  command.content_hash = sha256(call.request.body);
  if (!call.idempotency_key.empty()) {
    command.idempotency_key = call.idempotency_key;
    command.request_hash = requestHash(call.request);
  }
  auto forms = std::make_shared<const std::vector<ItemForm>>(std::move(parsed->forms));
  intake.send(
      call.caller, std::move(command), [forms](const ChunkAnswer& answer) { return chunkAnswerJson(answer, *forms); },
      [reply = std::move(reply)](Result<SendAnswer, Problem> outcome) {
        if (outcome) return reply(toResponse(std::move(outcome).value()));
        reply(failure(std::move(outcome).error()));
      });
}

Operation sends(std::string path, BatchIntake& intake, ParseChunk parse) {
  Operation sending{"POST",
                    std::move(path),
                    Access::scoped,
                    Scope::notifications_send,
                    false,
                    true,
                    std::numeric_limits<std::size_t>::max(),
                    false,
                    AnswerLater([&intake, parse](const Call& call, Reply reply) {
                      sendChunk(intake, parse, call, std::move(reply));
                    })};
  sending.keeps_key = true;  // in the transaction that takes the chunk in
  return sending;
}

Problem unknownBatch(const std::string& id) { return notFound("there is no batch '" + shorten(id) + "'"); }

Answer show(BatchStore& batches, const Call& call) {
  const auto id = BatchId::parse(call.params[0]);
  const auto batch = id ? batches.get(call.caller.tenant, *id) : std::nullopt;
  if (!batch) return failure(unknownBatch(call.params[0]));
  return jsonResponse(200, batchJson(*batch));
}

Answer list(BatchStore& batches, NotificationStore& notifications, const Call& call) {
  const auto id = BatchId::parse(call.params[0]);
  if (!id) return failure(unknownBatch(call.params[0]));
  const auto query = readNotificationQuery(call.request, kCursorKind, id->value);
  if (!query) return failure(query.error());
  if (!batches.exists(call.caller.tenant, *id)) return failure(unknownBatch(call.params[0]));
  return notificationPage(notifications, call.caller.tenant, *query, kCursorKind);
}

}  // namespace

void addBatchOperations(Router& router, BatchIntake& intake, BatchStore& batches, NotificationStore& notifications) {
  const std::string base(kBase);
  router.add(sends(base + "/send-batch", intake, parseSendBatch));
  router.add(sends(base + "/send-chunk", intake, parseSendChunk));
  router.add(reads(base + "/batches/{batchId}", Scope::notifications_read,
                   [&batches](const Call& call) { return show(batches, call); }));
  router.add(lists(base + "/batches/{batchId}/notifications", Scope::notifications_read,
                   [&batches, &notifications](const Call& call) { return list(batches, notifications, call); }));
}

}  // namespace belfry
