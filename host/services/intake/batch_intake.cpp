#include "services/intake/batch_intake.h"

#include <memory>

namespace belfry {
namespace {

constexpr std::size_t kTokenBytes = 24;

Problem invalid(FieldError error) {
  return {ErrorCode::validation_failed, "1 field is not valid", {std::move(error)}, 0};
}

std::string countOf(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " notification" : " notifications");
}

/// Why the first chunk contradicts what it says of its batch.
std::optional<Problem> checkExpected(const ChunkCommand& command) {
  const auto items = static_cast<std::int64_t>(command.items.size());
  if (!command.total_expected || items <= *command.total_expected) return std::nullopt;
  return invalid({"/totalExpected", FieldErrorCode::conflict, "is less than the notifications of this very chunk",
                  std::to_string(*command.total_expected), "at least " + std::to_string(items)});
}

FieldError noDryRun() {
  return {"/dryRun", FieldErrorCode::not_allowed, "cannot be in a batch", "true", "a send of its own"};
}

/// Why a chunk was refused as a whole. Nothing of it was stored.
Problem refusalOf(const ChunkRefused& refused, const NewChunk& chunk) {
  const auto& batch = refused.batch;
  switch (refused.why) {
    case ChunkRefusal::no_such_batch:
      return {ErrorCode::not_found, "there is no batch '" + chunk.batch.toString() + "'", {}, 0};
    case ChunkRefusal::wrong_token:
      return {ErrorCode::forbidden, "batchToken is not the token of batch '" + chunk.batch.toString() + "'", {}, 0};
    case ChunkRefusal::other_content:
      return {
          ErrorCode::idempotency_mismatch,
          "this batch already has a chunk " + std::to_string(chunk.index) + ", with another body; nothing was taken",
          {{"/chunkIndex", FieldErrorCode::conflict, "was used for another chunk", std::to_string(chunk.index),
            "an index that was not used, or the body that came with this one"}},
          0};
    case ChunkRefusal::not_open:
      return {ErrorCode::state_conflict,
              "the batch is " + std::string(toText(batch.state)) + " and takes no more chunks: it has " +
                  countOf(batch.total_processed),
              {},
              0};
    case ChunkRefusal::too_many: break;
  }
  const auto room = batch.total_expected.value_or(0) - batch.total_processed;
  return invalid({"/notifications", FieldErrorCode::too_many,
                  "are more than the batch expects: it has " + std::to_string(batch.total_processed) + " of " +
                      countOf(batch.total_expected.value_or(0)),
                  std::to_string(chunk.items), "at most " + std::to_string(room) + " items"});
}

/// Turns what the store says into an answer.
struct ToAnswer {
  const NewChunk& chunk;

  Result<SendAnswer, Problem> operator()(ChunkStored& stored) const {
    return SendAnswer{202, std::move(stored.response_json), false};
  }
  Result<SendAnswer, Problem> operator()(Replayed& first) const {
    return SendAnswer{first.status, std::move(first.response_json), true};
  }
  Result<SendAnswer, Problem> operator()(const IdempotencyMismatch&) const { return failure(keyMismatch()); }
  Result<SendAnswer, Problem> operator()(const IdempotencyInProgress&) const { return failure(keyInProgress()); }
  Result<SendAnswer, Problem> operator()(const ChunkRefused& refused) const {
    return failure(refusalOf(refused, chunk));
  }
};

}  // namespace

BatchIntake::BatchIntake(Intake& intake, IntakeWriter& writer, std::chrono::hours idempotency_ttl)
    : intake_(intake), writer_(writer), idempotency_ttl_(idempotency_ttl) {}

void BatchIntake::send(const Caller& caller, ChunkCommand command, AnswerJson answer_json, Completion completion) {
  auto basis = intake_.basisFor(caller);
  if (!basis) return completion(failure(std::move(basis).error()));
  if (auto problem = checkExpected(command)) return completion(failure(std::move(*problem)));
  auto answer = std::make_shared<ChunkAnswer>();
  auto chunk = makeChunk(caller, *basis, command, *answer);
  // What the outcome is told of, without the notifications.
  NewChunk sketch;
  sketch.batch = chunk.batch;
  sketch.index = chunk.index;
  sketch.items = chunk.items;
  chunk.answer = [answer, json = std::move(answer_json)](const BatchProgress& progress) {
    answer->progress = progress;
    return json(*answer);
  };
  writer_.submit(std::move(chunk), [completion = std::move(completion),
                                    sketch = std::move(sketch)](Result<ChunkOutcome, Problem> outcome) {
    completion(outcome ? std::visit(ToAnswer{sketch}, *outcome) : failure(std::move(outcome).error()));
  });
}

NewChunk BatchIntake::makeChunk(const Caller& caller, SendBasis& basis, ChunkCommand& command, ChunkAnswer& answer) {
  NewChunk chunk;
  chunk.tenant = caller.tenant;
  chunk.first = !command.batch;
  chunk.batch = chunk.first ? BatchId::mint(basis.now()) : *command.batch;
  chunk.id = newUuidV7(basis.now());
  chunk.index = command.index;
  if (chunk.first) answer.token = command.token = toBase64Url(randomBytes(kTokenBytes));
  chunk.token_hash = sha256(command.token);
  chunk.content_hash = command.content_hash;
  chunk.total_expected = command.total_expected;
  chunk.created_by = caller.subject;
  chunk.items = static_cast<std::int32_t>(command.items.size());
  chunk.created_at = basis.now();
  if (!command.idempotency_key.empty()) {
    chunk.idempotency =
        IdempotencyClaim{sha256(command.idempotency_key), command.request_hash, {}, basis.now() + idempotency_ttl_};
  }
  checkItems(basis, command, chunk, answer);
  chunk.rejected = static_cast<std::int32_t>(answer.rejected.size());
  answer.batch = chunk.batch;
  answer.index = chunk.index;
  answer.items = chunk.items;
  return chunk;
}

void BatchIntake::checkItems(SendBasis& basis, ChunkCommand& command, NewChunk& chunk, ChunkAnswer& answer) {
  std::vector<const SendCommand*> readable;
  readable.reserve(command.items.size());
  for (const auto& item : command.items)
    if (item) readable.push_back(&*item);
  intake_.lookUpDevices(basis, readable);
  chunk.notifications.reserve(readable.size());
  for (std::size_t i = 0; i < command.items.size(); ++i) {
    auto& item = command.items[i];
    const auto reject = [&](std::vector<FieldError> errors) { answer.rejected.push_back({i, std::move(errors)}); };
    if (!item) {
      reject(std::move(item).error());
      continue;
    }
    if (item->dry_run) {
      reject({noDryRun()});
      continue;
    }
    auto checked = intake_.check(basis, *item);
    if (!checked) {
      reject(std::move(checked.error().errors));
      continue;
    }
    checked->batch = chunk.batch;
    chunk.notifications.push_back(std::move(checked).value());
  }
}

}  // namespace belfry
