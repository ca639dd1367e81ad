// A chunk of a batch on its way into the store: all of it or nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kit/crypto.h"
#include "model/batch.h"
#include "ports/intake_store.h"

namespace belfry {

/// A chunk whose items were looked at one by one: `notifications` are those that passed.
struct NewChunk {
  TenantId tenant;
  BatchId batch;
  Uuid id;  ///< of this submission: after an ambiguous commit it tells the own row from another's
  std::int32_t index = 0;
  Digest256 token_hash{};
  Digest256 content_hash{};  ///< tells the same chunk sent again from another
  bool first = false;        ///< creates the batch; the next two are of a first chunk
  std::optional<std::int64_t> total_expected;
  std::string created_by;
  std::int32_t items = 0;  ///< the rejected ones too
  std::int32_t rejected = 0;
  std::vector<NewNotification> notifications;
  std::optional<IdempotencyClaim> idempotency;  ///< without response_json: `answer` makes it
  /// Writes the answer from the batch's progress with this chunk in it. Called on the thread that writes, while the
  /// batch is locked; must not throw.
  std::function<std::string(const BatchProgress&)> answer;
  TimePoint created_at;
};

enum class ChunkRefusal { no_such_batch, wrong_token, other_content, not_open, too_many };

struct ChunkStored {
  std::string response_json;
};
struct ChunkRefused {
  ChunkRefusal why;
  BatchProgress batch;  ///< as it stands
};
using ChunkOutcome = std::variant<ChunkStored, Replayed, IdempotencyMismatch, IdempotencyInProgress, ChunkRefused>;

/// What became of a group, each in the order given.
struct GroupOutcomes {
  std::vector<IntakeOutcome> notifications;
  std::vector<ChunkOutcome> chunks;
};

}  // namespace belfry
