#include "adapters/postgres/chunk_group.h"

#include <algorithm>
#include <cstring>

#include "adapters/postgres/enum_column.h"
#include "ports/store_error.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr int kAccepted = 202;

Digest256 digestOf(std::string_view bytes) {
  Digest256 digest{};
  std::memcpy(digest.data(), bytes.data(), std::min(bytes.size(), digest.size()));
  return digest;
}

/// The progress as it was when a chunk had been taken.
BatchProgress progressAt(std::int64_t total_processed, std::optional<std::int64_t> total_expected) {
  const bool complete = total_expected && total_processed >= *total_expected;
  return {total_processed, total_expected, complete ? BatchState::closed : BatchState::open};
}

}  // namespace

ChunkGroup::ChunkGroup(Transaction& transaction, std::span<const NewChunk> chunks, Keyring& keyring)
    : chunks_(chunks), keyring_(keyring) {
  read(transaction);
  for (const auto& chunk : chunks_) outcomes_.push_back(decide(chunk));
}

void ChunkGroup::read(Transaction& transaction) {
  std::set<BatchKey> appended;
  std::vector<Uuid> tenants, batches, key_tenants;
  std::vector<std::int32_t> indexes;
  std::vector<std::string_view> key_hashes;
  for (const auto& chunk : chunks_) {
    if (!chunk.first) appended.emplace(chunk.tenant, chunk.batch);
    tenants.push_back(chunk.tenant.value);
    batches.push_back(chunk.batch.value);
    indexes.push_back(chunk.index);
    if (!chunk.idempotency) continue;
    key_tenants.push_back(chunk.tenant.value);
    key_hashes.push_back(asView(chunk.idempotency->key_hash));
  }
  std::vector<Uuid> locked_tenants, locked;
  for (const auto& [tenant, batch] : appended) {
    locked_tenants.push_back(tenant.value);
    locked.push_back(batch.value);
  }
  Params lock, find, keys;
  lock.addUuids(locked_tenants);
  lock.addUuids(locked);
  find.addUuids(tenants);
  find.addUuids(batches);
  find.addInt4s(indexes);
  keys.addUuids(key_tenants);
  keys.addByteas(key_hashes);
  Batch questions;
  questions.emplace_back(sql::batches_lock, std::move(lock));
  questions.emplace_back(sql::batch_chunks_find, std::move(find));
  questions.emplace_back(sql::idempotency_find, std::move(keys));
  const auto answers = transaction.runPipelined(questions);
  readBatches(answers[0]);
  readChunks(answers[1]);
  readKeys(answers[2]);
}

void ChunkGroup::readBatches(const Rows& rows) {
  for (auto row : rows) {
    auto& batch = batches_[{TenantId{row.uuid(0)}, BatchId{row.uuid(1)}}];
    batch.token_hash = digestOf(row.bytes(2));
    batch.progress.state = required(parseBatchState(row.text(3)), "batch state");
    batch.progress.total_expected = row.maybeInt64(4);
    batch.progress.total_processed = row.int64(5);
  }
}

void ChunkGroup::readChunks(const Rows& rows) {
  for (auto row : rows) {
    const TenantId tenant{row.uuid(0)};
    auto& known = known_[{tenant, BatchId{row.uuid(1)}, static_cast<std::int32_t>(row.int64(2))}];
    known.id = row.uuid(3);
    known.content_hash = digestOf(row.bytes(4));
    known.total_processed = row.int64(5);
    if (auto sealed = row.maybeBytes(6)) known.response = opened(tenant, "batch_chunks", known.id, *sealed);
  }
}

void ChunkGroup::readKeys(const Rows& rows) {
  for (auto row : rows) {
    if (row.boolean(7)) continue;  // expired
    const TenantId tenant{row.uuid(0)};
    auto& known = keys_[{tenant, digestOf(row.bytes(1))}];
    known.request_hash = digestOf(row.bytes(2));
    known.resource = row.uuid(3);
    if (row.isNull(4)) continue;
    known.status = static_cast<int>(row.int64(4));
    known.response = opened(tenant, "idempotency_keys", known.resource, row.bytes(5));
  }
}

std::string ChunkGroup::opened(TenantId tenant, std::string_view table, const Uuid& id, std::string_view sealed) {
  auto text = keyring_.open(tenant, table, "response", id, sealed);
  if (!text) throw StoreRejected(std::string(table) + ".response cannot be decrypted");
  return std::move(*text);
}

ChunkOutcome ChunkGroup::decide(const NewChunk& chunk) {
  if (auto known = byKey(chunk)) return std::move(*known);
  const auto found = batches_.find({chunk.tenant, chunk.batch});
  auto* batch = found == batches_.end() ? nullptr : &found->second;
  if (!chunk.first) {
    if (batch == nullptr) return ChunkRefused{ChunkRefusal::no_such_batch, {}};
    if (batch->token_hash != chunk.token_hash) return ChunkRefused{ChunkRefusal::wrong_token, {}};
  }
  const auto before = known_.find({chunk.tenant, chunk.batch, chunk.index});
  if (before != known_.end()) return repeat(chunk, before->second, batch);
  if (chunk.first) {
    batch = &batches_[{chunk.tenant, chunk.batch}];
    *batch = {chunk.token_hash, {0, chunk.total_expected, BatchState::open}, 0, &chunk, nullptr};
  }
  return take(chunk, *batch);
}

std::optional<ChunkOutcome> ChunkGroup::byKey(const NewChunk& chunk) const {
  if (!chunk.idempotency) return std::nullopt;
  const auto found = keys_.find({chunk.tenant, chunk.idempotency->key_hash});
  if (found == keys_.end() || found->second.resource == chunk.id) return std::nullopt;
  const auto& key = found->second;
  if (key.request_hash != chunk.idempotency->request_hash) return IdempotencyMismatch{};
  if (key.status == 0) return IdempotencyInProgress{};
  return Replayed{key.status, key.response};
}

ChunkOutcome ChunkGroup::repeat(const NewChunk& chunk, const KnownChunk& known, const KnownBatch* batch) {
  const auto expected = batch ? batch->progress.total_expected : chunk.total_expected;
  // An earlier try of this very submission had stored it, and its answer was lost on the way.
  if (known.id == chunk.id) return ChunkStored{chunk.answer(progressAt(known.total_processed, expected))};
  if (known.content_hash != chunk.content_hash || !known.response) {
    return ChunkRefused{ChunkRefusal::other_content, batch ? batch->progress : BatchProgress{}};
  }
  keepKey(chunk, *known.response);
  return Replayed{kAccepted, *known.response};
}

ChunkOutcome ChunkGroup::take(const NewChunk& chunk, KnownBatch& batch) {
  auto& progress = batch.progress;
  if (progress.state != BatchState::open) return ChunkRefused{ChunkRefusal::not_open, progress};
  const auto total = progress.total_processed + chunk.items;
  if (progress.total_expected && total > *progress.total_expected)
    return ChunkRefused{ChunkRefusal::too_many, progress};
  progress = progressAt(total, progress.total_expected);
  batch.rejected += chunk.rejected;
  batch.last = &chunk;
  auto response = chunk.answer(progress);
  fresh_.push_back(&chunk);
  known_[{chunk.tenant, chunk.batch, chunk.index}] = {chunk.id, chunk.content_hash, total,
                                                      chunk.first ? std::nullopt : std::optional(response)};
  keepKey(chunk, response);
  return ChunkStored{std::move(response)};
}

void ChunkGroup::keepKey(const NewChunk& chunk, const std::string& response) {
  if (!chunk.idempotency) return;
  const ClientKey key{chunk.tenant, chunk.idempotency->key_hash};
  keys_[key] = {chunk.id, chunk.idempotency->request_hash, kAccepted, response};
  new_keys_.push_back({&chunk, response});
}

void ChunkGroup::appendTo(Batch& batch) {
  appendBatches(batch);
  appendChunks(batch);
  appendKeys(batch);
}

bool ChunkGroup::keysWereFree(const std::vector<Rows>& results) const {
  return !keys_at_ || static_cast<std::size_t>(results[*keys_at_].size()) == new_keys_.size();
}

void ChunkGroup::appendBatches(Batch& batch) const {
  struct Columns {
    std::vector<Uuid> tenants, ids;
    std::vector<std::string_view> states;
    std::vector<std::int64_t> totals, rejected;
    std::vector<TimePoint> at;
  } made, moved;
  std::vector<std::string_view> tokens, makers;
  std::vector<std::optional<std::int64_t>> expected;
  for (const auto& [key, known] : batches_) {
    if (known.last == nullptr) continue;
    auto& to = known.first ? made : moved;
    to.tenants.push_back(key.first.value);
    to.ids.push_back(key.second.value);
    to.states.push_back(toText(known.progress.state));
    to.totals.push_back(known.progress.total_processed);
    to.rejected.push_back(known.rejected);
    to.at.push_back(known.last->created_at);
    if (known.first == nullptr) continue;
    tokens.push_back(asView(known.token_hash));
    makers.push_back(known.first->created_by);
    expected.push_back(known.progress.total_expected);
  }
  if (!made.ids.empty()) {
    Params params;
    params.addUuids(made.tenants);
    params.addUuids(made.ids);
    params.addByteas(tokens);
    params.addTexts(made.states);
    params.addNullableInt8s(expected);
    params.addInt8s(made.totals);
    params.addInt8s(made.rejected);
    params.addTexts(makers);
    params.addTimes(made.at);
    batch.emplace_back(sql::batches_insert, std::move(params));
  }
  if (moved.ids.empty()) return;
  Params params;
  params.addUuids(moved.tenants);
  params.addUuids(moved.ids);
  params.addTexts(moved.states);
  params.addInt8s(moved.totals);
  params.addInt8s(moved.rejected);
  params.addTimes(moved.at);
  batch.emplace_back(sql::batches_advance, std::move(params));
}

void ChunkGroup::appendChunks(Batch& batch) const {
  if (fresh_.empty()) return;
  std::vector<Uuid> tenants, batches, ids;
  std::vector<std::int32_t> indexes, items, rejected;
  std::vector<std::string_view> hashes;
  std::vector<std::int64_t> totals;
  std::vector<std::optional<std::string>> responses;
  std::vector<TimePoint> at;
  for (const auto* chunk : fresh_) {
    const auto& known = known_.at({chunk->tenant, chunk->batch, chunk->index});
    tenants.push_back(chunk->tenant.value);
    batches.push_back(chunk->batch.value);
    indexes.push_back(chunk->index);
    ids.push_back(chunk->id);
    hashes.push_back(asView(chunk->content_hash));
    items.push_back(chunk->items);
    rejected.push_back(chunk->rejected);
    totals.push_back(known.total_processed);
    responses.push_back(known.response ? std::optional(keyring_.seal(chunk->tenant, "batch_chunks", "response",
                                                                     chunk->id, *known.response))
                                       : std::nullopt);
    at.push_back(chunk->created_at);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(batches);
  params.addInt4s(indexes);
  params.addUuids(ids);
  params.addByteas(hashes);
  params.addInt4s(items);
  params.addInt4s(rejected);
  params.addInt8s(totals);
  params.addNullableByteas(responses);
  params.addTimes(at);
  batch.emplace_back(sql::batch_chunks_insert, std::move(params));
}

void ChunkGroup::appendKeys(Batch& batch) {
  if (new_keys_.empty()) return;
  std::vector<Uuid> tenants, resources;
  std::vector<std::string_view> keys, requests;
  std::vector<std::string> responses;
  std::vector<TimePoint> expiries;
  for (const auto& [chunk, response] : new_keys_) {
    tenants.push_back(chunk->tenant.value);
    keys.push_back(asView(chunk->idempotency->key_hash));
    requests.push_back(asView(chunk->idempotency->request_hash));
    resources.push_back(chunk->id);
    responses.push_back(keyring_.seal(chunk->tenant, "idempotency_keys", "response", chunk->id, response));
    expiries.push_back(chunk->idempotency->expires_at);
  }
  Params params;
  params.addUuids(tenants);
  params.addByteas(keys);
  params.addByteas(requests);
  params.addUuids(resources);
  params.addByteas(responses);
  params.addTimes(expiries);
  keys_at_ = batch.size();
  batch.emplace_back(sql::idempotency_insert, std::move(params));
}

}  // namespace belfry::pg
