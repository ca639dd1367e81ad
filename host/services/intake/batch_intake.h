// The use case "send a chunk of a batch": each notification is checked by itself, as a send, and those that are refused
// do not spoil the others; then the chunk goes to the writer as one piece.
#pragma once

#include <functional>

#include "model/caller.h"
#include "services/intake/batch_command.h"
#include "services/intake/intake.h"

namespace belfry {

class BatchIntake {
 public:
  using AnswerJson = std::function<std::string(const ChunkAnswer&)>;
  using Completion = Intake::Completion;

  /// `intake` and `writer` outlive it.
  BatchIntake(Intake& intake, IntakeWriter& writer, std::chrono::hours idempotency_ttl);

  /// `answer_json` writes the answer that is sent, stored and replayed; it is called at most once, from the writer's
  /// thread, and must not throw. The completion comes after the commit, or before this returns when the whole chunk is
  /// refused. May throw StoreUnavailable while something is looked up. Thread-safe.
  void send(const Caller& caller, ChunkCommand command, AnswerJson answer_json, Completion completion);

 private:
  /// The chunk with the items that pass; the others are told to `answer`.
  NewChunk makeChunk(const Caller& caller, SendBasis& basis, ChunkCommand& command, ChunkAnswer& answer);
  void checkItems(SendBasis& basis, ChunkCommand& command, NewChunk& chunk, ChunkAnswer& answer);

  Intake& intake_;
  IntakeWriter& writer_;
  const std::chrono::hours idempotency_ttl_;
};

}  // namespace belfry
