// A chunk of a batch, parsed but not yet checked, and what is said of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kit/result.h"
#include "model/batch.h"
#include "model/problem.h"
#include "services/intake/send_command.h"

namespace belfry {

/// Most notifications of one chunk.
inline constexpr std::size_t kMostChunkItems = 1000;

struct ChunkCommand {
  std::optional<BatchId> batch;                ///< that it is appended to; without one it creates a batch
  std::string token;                           ///< with a batch
  std::optional<std::int64_t> total_expected;  ///< without a batch
  std::int32_t index = 0;
  std::vector<Result<SendCommand, std::vector<FieldError>>> items;  ///< a send, or why its JSON is none
  Digest256 content_hash{};                                         ///< tells the chunk sent again from another
  std::string idempotency_key;                                      ///< empty: none
  Digest256 request_hash{};                                         ///< of method, path and body
};

struct RejectedItem {
  std::size_t index;  ///< in the chunk
  std::vector<FieldError> errors;
};

struct ChunkAnswer {
  BatchId batch;
  std::string token;  ///< of a batch that this chunk created; else empty
  std::int32_t index = 0;
  std::int32_t items = 0;
  BatchProgress progress;  ///< of the batch, with this chunk in it
  std::vector<RejectedItem> rejected;
};

}  // namespace belfry
