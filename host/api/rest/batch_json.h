// Batches as JSON: the bodies of their chunks, the answers to those, and how a batch stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/rest/send_json.h"
#include "services/intake/batch_command.h"

namespace belfry {

/// How each item of a chunk was written; decides which pointers its errors carry.
struct ItemForm {
  SendForm form = SendForm::channels;
  bool content_by_channel = false;
};

struct ParsedChunk {
  ChunkCommand command;         ///< without idempotency and hashes
  std::vector<ItemForm> forms;  ///< one for each item
};

/// Errors of the frame refuse the body; those of an item are the item's.
Result<ParsedChunk, Problem> parseSendBatch(std::string_view body);
Result<ParsedChunk, Problem> parseSendChunk(std::string_view body);

/// The 202's body, which is also what a replay answers. Pointers of rejected items lead into the chunk's body.
std::string chunkAnswerJson(const ChunkAnswer& answer, const std::vector<ItemForm>& forms);

std::string batchJson(const Batch& batch);

}  // namespace belfry
