// The chunks of one intake group inside its transaction.
//
// First look, then write: one round trip locks the batches and reads which chunks and keys are there; what each chunk
// is to become is decided here; one more round trip writes what is new, together with the notifications. The lock lets
// two hosts take chunks of one batch in turn, so that totals are exact and a chunk that comes twice at once is found.
#pragma once

#include <map>
#include <set>
#include <span>
#include <tuple>
#include <vector>

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/transaction.h"
#include "ports/chunk_intake.h"

namespace belfry::pg {

/// For one transaction. `transaction`, `chunks` and `keyring` must outlive it.
class ChunkGroup {
 public:
  /// Locks, reads and decides.
  ChunkGroup(Transaction& transaction, std::span<const NewChunk> chunks, Keyring& keyring);

  /// The chunks whose notifications are to be written.
  const std::vector<const NewChunk*>& fresh() const { return fresh_; }
  /// Appends what writes batches, chunks and keys.
  void appendTo(Batch& batch);
  /// Whether the keys of appendTo's statements were all free, by the results of the whole batch.
  bool keysWereFree(const std::vector<Rows>& results) const;
  /// What became of each, once the transaction has committed.
  std::vector<ChunkOutcome> takeOutcomes() { return std::move(outcomes_); }

 private:
  using BatchKey = std::pair<TenantId, BatchId>;
  using ChunkKey = std::tuple<TenantId, BatchId, std::int32_t>;
  using ClientKey = std::pair<TenantId, Digest256>;

  struct KnownBatch {
    Digest256 token_hash{};
    BatchProgress progress;
    std::int64_t rejected = 0;  // by this group
    const NewChunk* first = nullptr;
    const NewChunk* last = nullptr;  // of this group
  };
  struct KnownChunk {
    Uuid id;
    Digest256 content_hash{};
    std::int64_t total_processed = 0;
    std::optional<std::string> response;
  };
  struct KnownKey {
    Uuid resource;
    Digest256 request_hash{};
    int status = 0;  // 0: in progress
    std::string response;
  };
  struct NewKey {
    const NewChunk* chunk;
    std::string response;
  };

  void read(Transaction& transaction);
  void readBatches(const Rows& rows);
  void readChunks(const Rows& rows);
  void readKeys(const Rows& rows);
  std::string opened(TenantId tenant, std::string_view table, const Uuid& id, std::string_view sealed);

  ChunkOutcome decide(const NewChunk& chunk);
  /// By the client's Idempotency-Key; nullopt when it is free or this submission's own.
  std::optional<ChunkOutcome> byKey(const NewChunk& chunk) const;
  ChunkOutcome repeat(const NewChunk& chunk, const KnownChunk& known, const KnownBatch* batch);
  ChunkOutcome take(const NewChunk& chunk, KnownBatch& batch);
  void keepKey(const NewChunk& chunk, const std::string& response);

  void appendBatches(Batch& batch) const;
  void appendChunks(Batch& batch) const;
  void appendKeys(Batch& batch);

  std::span<const NewChunk> chunks_;
  Keyring& keyring_;
  std::map<BatchKey, KnownBatch> batches_;
  std::map<ChunkKey, KnownChunk> known_;
  std::map<ClientKey, KnownKey> keys_;
  std::vector<const NewChunk*> fresh_;
  std::vector<NewKey> new_keys_;
  std::optional<std::size_t> keys_at_;  // where the batch has the statement that inserts keys
  std::vector<ChunkOutcome> outcomes_;
};

}  // namespace belfry::pg
