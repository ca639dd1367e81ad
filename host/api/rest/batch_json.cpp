#include "api/rest/batch_json.h"

#include "api/rest/object_reader.h"
#include "api/rest/parse_with.h"

namespace belfry {
namespace {

constexpr std::int64_t kMostExpected = 100'000'000;
constexpr std::int64_t kMostChunks = 1'000'000;
constexpr std::string_view kItems = "/notifications/";

/// The item's own errors carry pointers into the whole body.
void readItem(const JsonItem& item, ParsedChunk& chunk) {
  FieldErrors errors;
  ParsedSend parsed;
  if (auto reader = asObject(item, errors)) {
    parsed = readSend(*reader);
    reader->finish();
  }
  chunk.forms.push_back({parsed.form, parsed.content_by_channel});
  if (errors.empty()) chunk.command.items.emplace_back(std::move(parsed.command));
  else chunk.command.items.emplace_back(failure(std::move(errors)));
}

void readItems(ObjectReader& reader, ParsedChunk& chunk) {
  const auto allowed = "a list of 1 to " + std::to_string(kMostChunkItems) + " sends";
  reader.require("notifications", allowed);
  const auto items = reader.items("notifications", kMostChunkItems);
  const auto* given = reader.find("notifications");
  if (given && given->IsArray() && given->Empty())
    reader.refuse("notifications", FieldErrorCode::too_few, "is empty", allowed);
  chunk.command.items.reserve(items.size());
  chunk.forms.reserve(items.size());
  for (const auto& item : items) readItem(item, chunk);
}

/// Once the frame is wrong, nobody asks what the items say.
template <class ReadFrame>
Result<ParsedChunk, Problem> parseChunk(std::string_view body, ReadFrame read_frame) {
  return parseWith<ParsedChunk>(body, [&](ObjectReader& reader) {
    ParsedChunk chunk;
    read_frame(reader, chunk.command);
    if (reader.errors().empty()) readItems(reader, chunk);
    else reader.find("notifications");
    return chunk;
  });
}

void readBatchId(ObjectReader& reader, ChunkCommand& command) {
  constexpr std::string_view kForm = "the batchId that send-batch answered";
  const auto text = reader.text("batchId", {.required = true, .most = 36, .form = kForm});
  if (text.empty()) return;
  command.batch = BatchId::parse(text);
  if (!command.batch) reader.refuse("batchId", FieldErrorCode::malformed, "is not a batch's id", std::string(kForm));
}

void readIndex(ObjectReader& reader, ChunkCommand& command) {
  reader.require("chunkIndex", "a whole number from 0 to " + std::to_string(kMostChunks));
  command.index = static_cast<std::int32_t>(reader.integer("chunkIndex", 0, kMostChunks).value_or(0));
}

bool pointsToItem(const FieldError& error) { return error.pointer.starts_with(kItems); }

/// Errors that intake found point into the send; those that its JSON had point into the body already.
std::vector<FieldError> pointed(const RejectedItem& item, const ItemForm& form) {
  const auto base = std::string(kItems) + std::to_string(item.index);
  Problem problem{ErrorCode::validation_failed, "", item.errors, 0};
  if (!problem.errors.empty() && pointsToItem(problem.errors[0])) return std::move(problem.errors);
  pointIntoBody(problem, form.form, form.content_by_channel);
  for (auto& error : problem.errors) error.pointer.insert(0, base);
  return std::move(problem.errors);
}

/// The first thing that is wrong is said flat; `errors` tells all of them, with value and what is allowed.
void writeRejected(JsonWriter& json, const RejectedItem& item, const ItemForm& form) {
  const auto errors = pointed(item, form);
  json.object([&] {
    json.member("index", item.index);
    json.member("code", toText(errors.at(0).code));
    memberText(json, "pointer", errors[0].pointer);
    memberText(json, "message", errors[0].message);
    json.memberArray("errors", [&] {
      for (const auto& error : errors) writeFieldError(json, error);
    });
  });
}

void writeProgress(JsonWriter& json, const BatchProgress& progress, BatchState state) {
  json.member("status", toText(state));
  json.member("totalProcessed", progress.total_processed);
  json.member("totalExpected", progress.total_expected);
}

void writeByStatus(JsonWriter& json, const Batch& batch) {
  json.memberObject("byStatus", [&] {
    for (const auto& [state, count] : batch.by_status) json.member(toText(state), count);
  });
}

}  // namespace

Result<ParsedChunk, Problem> parseSendBatch(std::string_view body) {
  return parseChunk(body, [](ObjectReader& reader, ChunkCommand& command) {
    command.total_expected = reader.integer("totalExpected", 1, kMostExpected);
  });
}

Result<ParsedChunk, Problem> parseSendChunk(std::string_view body) {
  return parseChunk(body, [](ObjectReader& reader, ChunkCommand& command) {
    readBatchId(reader, command);
    command.token = reader.text("batchToken", {.required = true, .form = "the batchToken that send-batch answered"});
    readIndex(reader, command);
  });
}

std::string chunkAnswerJson(const ChunkAnswer& answer, const std::vector<ItemForm>& forms) {
  JsonWriter json;
  json.object([&] {
    json.member("batchId", answer.batch.toString());
    if (!answer.token.empty()) json.member("batchToken", answer.token);
    json.member("chunkIndex", answer.index);
    json.member("chunkProcessed", answer.items);
    writeProgress(json, answer.progress, answer.progress.state);
    json.memberArray("rejected", [&] {
      for (const auto& item : answer.rejected) writeRejected(json, item, forms.at(item.index));
    });
  });
  return json.take();
}

std::string batchJson(const Batch& batch) {
  JsonWriter json;
  json.object([&] {
    json.member("batchId", batch.id.toString());
    writeProgress(json, batch.progress, batch.state());
    json.member("totalRejected", batch.total_rejected);
    json.member("totalSent", batch.sent());
    json.member("totalDelivered", batch.delivered());
    json.member("totalFailed", batch.failed());
    writeByStatus(json, batch);
    json.member("createdBy", batch.created_by);
    json.member("createdAt", formatRfc3339(batch.created_at));
    json.member("updatedAt", formatRfc3339(batch.updated_at));
  });
  return json.take();
}

}  // namespace belfry
