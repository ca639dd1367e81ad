#include "adapters/postgres/pg_intake_store.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "adapters/postgres/chunk_group.h"
#include "adapters/postgres/dedup_intake.h"
#include "adapters/postgres/notification_insert.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "adapters/postgres/work_announcement.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// The arrays of notifications_insert.sql, column by column.
struct Columns {
  std::vector<Uuid> tenants, ids;
  std::vector<std::int16_t> priorities;
  std::vector<std::optional<std::string>> user_hashes, template_keys, key_hashes, request_hashes, responses;
  std::vector<std::optional<std::int32_t>> template_versions;
  std::vector<std::optional<TimePoint>> scheduled, expires, key_expiries;
  std::vector<std::string> requests;
  std::vector<TimePoint> created;
  std::vector<Uuid> delivery_tenants, delivery_ids, delivery_notifications;
  std::vector<std::string_view> delivery_channels;
  std::vector<std::int16_t> delivery_addresses;
  std::vector<bool> delivery_claimed;
  std::vector<std::optional<BatchId>> batches;
};

std::string bytesOf(const Digest256& digest) { return std::string(asView(digest)); }

void addNotification(Columns& to, const NewNotification& from, Keyring& keyring) {
  const auto& user = from.request.recipient.user_id;
  const auto& ref = from.request.template_ref;
  to.tenants.push_back(from.tenant.value);
  to.ids.push_back(from.id.value);
  to.priorities.push_back(static_cast<std::int16_t>(toNumber(from.priority)));
  to.user_hashes.push_back(user.empty() ? std::nullopt
                                        : std::optional(bytesOf(keyring.lookupHash(from.tenant, "user", user))));
  to.template_keys.push_back(ref ? std::optional(ref->key) : std::nullopt);
  to.template_versions.push_back(ref ? std::optional<std::int32_t>(ref->version) : std::nullopt);
  to.scheduled.push_back(from.scheduled_at);
  to.expires.push_back(from.expires_at);
  to.requests.push_back(keyring.seal(from.tenant, "notifications", "request", from.id.value, toJson(from.request)));
  to.created.push_back(from.created_at);
  to.batches.push_back(from.batch);
}

void addIdempotency(Columns& to, const NewNotification& from, Keyring& keyring) {
  const auto& claim = from.idempotency;
  to.key_hashes.push_back(claim ? std::optional(bytesOf(claim->key_hash)) : std::nullopt);
  to.request_hashes.push_back(claim ? std::optional(bytesOf(claim->request_hash)) : std::nullopt);
  to.responses.push_back(claim ? std::optional(keyring.seal(from.tenant, "idempotency_keys", "response", from.id.value,
                                                            claim->response_json))
                               : std::nullopt);
  to.key_expiries.push_back(claim ? std::optional(claim->expires_at) : std::nullopt);
}

void addDeliveries(Columns& to, const NewNotification& from) {
  for (const auto& delivery : from.deliveries) {
    to.delivery_tenants.push_back(from.tenant.value);
    to.delivery_ids.push_back(delivery.id.value);
    to.delivery_notifications.push_back(from.id.value);
    to.delivery_channels.push_back(toText(delivery.channel));
    to.delivery_addresses.push_back(static_cast<std::int16_t>(delivery.address));
    to.delivery_claimed.push_back(delivery.claimed);
  }
}

Params toParams(const Columns& columns, const ClaimTerms& terms) {
  Params params;
  params.addUuids(columns.tenants);
  params.addUuids(columns.ids);
  params.addInt2s(columns.priorities);
  params.addByteas(columns.user_hashes);
  params.addTexts(columns.template_keys);
  params.addInt4s(columns.template_versions);
  params.addTimes(columns.scheduled);
  params.addTimes(columns.expires);
  params.addByteas(columns.requests);
  params.addTimes(columns.created);
  params.addByteas(columns.key_hashes);
  params.addByteas(columns.request_hashes);
  params.addByteas(columns.responses);
  params.addTimes(columns.key_expiries);
  params.addUuids(columns.delivery_tenants);
  params.addUuids(columns.delivery_ids);
  params.addUuids(columns.delivery_notifications);
  params.addTexts(columns.delivery_channels);
  params.addInt2s(columns.delivery_addresses);
  params.addBools(columns.delivery_claimed);
  params.add(static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(terms.lease).count()));
  params.add(terms.owner);
  params.addNullableUuids(columns.batches);
  return params;
}

void addRow(Columns& to, const NewNotification& from, Keyring& keyring) {
  addNotification(to, from, keyring);
  addIdempotency(to, from, keyring);
  addDeliveries(to, from);
}

Params insertParams(std::span<const NewNotification> group, const std::unordered_set<Uuid>& skip,
                    const ClaimTerms& terms, Keyring& keyring, const std::vector<const NewChunk*>& chunks = {}) {
  Columns columns;
  for (const auto& notification : group)
    if (!skip.contains(notification.id.value)) addRow(columns, notification, keyring);
  for (const auto* chunk : chunks)
    for (const auto& notification : chunk->notifications) addRow(columns, notification, keyring);
  return toParams(columns, terms);
}

std::unordered_set<Uuid> idsOf(const Rows& rows) {
  std::unordered_set<Uuid> ids;
  for (auto row : rows) ids.insert(row.uuid(0));
  return ids;
}

/// Whether any of it waits for whoever comes first.
bool anyWaits(std::span<const NewNotification> group) {
  return std::any_of(group.begin(), group.end(), [](const auto& notification) {
    return std::any_of(notification.deliveries.begin(), notification.deliveries.end(),
                       [](const auto& delivery) { return !delivery.claimed; });
  });
}

/// What a group's insert came to.
struct Inserted {
  std::unordered_set<Uuid> ids;
  DedupIntake::Outcomes doubles;
};

/// One round trip, one commit. Where keys are claimed to find doubles, a few more round trips within the commit.
/// `announce`: the owner tells the other hosts.
Inserted insert(Connection& connection, std::span<const NewNotification> group, const std::unordered_set<Uuid>& skip,
                const ClaimTerms& terms, const Uuid* announce, Keyring& keyring) {
  Batch batch;
  batch.emplace_back(sql::notifications_insert, insertParams(group, skip, terms, keyring));
  if (announce) batch.emplace_back(sql::work_announce, announcedBy(announce->toString()));
  if (!claimsKeys(group)) return {idsOf(connection.runPipelined(batch)[0]), {}};
  Transaction transaction(connection);
  Inserted inserted{idsOf(transaction.runPipelined(batch)[0]), {}};
  inserted.doubles = DedupIntake(transaction, keyring).run(group, inserted.ids);
  transaction.commit();
  return inserted;
}

/// Which of the group a lost commit had stored after all.
std::unordered_set<Uuid> alreadyStored(Connection& connection, std::span<const NewNotification> group) {
  if (group.empty()) return {};
  std::vector<Uuid> tenants, ids;
  for (const auto& notification : group) {
    tenants.push_back(notification.tenant.value);
    ids.push_back(notification.id.value);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  params.add(*std::min_element(ids.begin(), ids.end()));
  params.add(*std::max_element(ids.begin(), ids.end()));
  return idsOf(connection.run(sql::notifications_present, params));
}

IntakeOutcome outcomeOf(TenantId tenant, const Digest256& request_hash, const Row& stored, Keyring& keyring) {
  if (stored.bytes(2) != asView(request_hash)) return IdempotencyMismatch{};
  if (stored.isNull(4)) return IdempotencyInProgress{};
  auto response = keyring.open(tenant, "idempotency_keys", "response", stored.uuid(3), stored.bytes(5));
  if (!response) throw StoreRejected("idempotency_keys.response cannot be decrypted");
  return Replayed{static_cast<int>(stored.int64(4)), std::move(*response)};
}

/// Doubles may have been found: the answer that was stored says so.
Stored storedBefore(const IntakeOutcome& replay, const NewNotification& notification) {
  const auto* first = std::get_if<Replayed>(&replay);
  return notification.dedup && first != nullptr ? Stored{first->response_json, 0} : Stored{};
}

/// What the taken keys of the rows that were not inserted stand for.
std::map<std::pair<Uuid, std::string>, Row> takenKeys(const Rows& rows) {
  std::map<std::pair<Uuid, std::string>, Row> taken;
  for (auto row : rows) taken.emplace(std::pair(row.uuid(0), std::string(row.bytes(1))), row);
  return taken;
}

Rows findKeys(Connection& connection, const std::vector<Uuid>& tenants, const std::vector<std::string_view>& hashes) {
  Params params;
  params.addUuids(tenants);
  params.addByteas(hashes);
  return connection.run(sql::idempotency_find, params);
}

/// What became of a group of which `stored` was stored: the rest had keys that were taken.
std::vector<IntakeOutcome> outcomesOf(Connection& connection, std::span<const NewNotification> group,
                                      const std::unordered_set<Uuid>& stored, DedupIntake::Outcomes doubles,
                                      Keyring& keyring) {
  std::vector<Uuid> refused;  // the tenants of what was not stored, with their keys
  std::vector<std::string_view> refused_keys;
  for (const auto& notification : group) {
    if (stored.contains(notification.id.value)) continue;
    refused.push_back(notification.tenant.value);
    refused_keys.push_back(asView(notification.idempotency->key_hash));
  }
  std::vector<IntakeOutcome> outcomes(group.size(), Stored{});
  for (std::size_t i = 0; i < group.size() && !doubles.empty(); ++i) {
    auto found = doubles.find(group[i].id.value);
    if (found != doubles.end()) outcomes[i] = std::move(found->second);
  }
  if (refused.empty()) return outcomes;

  auto rows = findKeys(connection, refused, refused_keys);
  auto taken = takenKeys(rows);
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (stored.contains(group[i].id.value)) continue;
    auto key = taken.find({group[i].tenant.value, bytesOf(group[i].idempotency->key_hash)});
    // A key that expired and was pruned between the two statements: the client may simply try again.
    outcomes[i] = key == taken.end()
                      ? IntakeOutcome(IdempotencyInProgress{})
                      : outcomeOf(group[i].tenant, group[i].idempotency->request_hash, key->second, keyring);
    // The key stands for this very notification: an earlier try of the group had stored it.
    if (key != taken.end() && key->second.uuid(3) == group[i].id.value)
      outcomes[i] = storedBefore(outcomes[i], group[i]);
  }
  return outcomes;
}

bool isUniqueViolation(const SqlError& error) { return error.sqlstate() == "23505"; }

/// One transaction of a group with chunks; nullopt when a key of theirs was taken while it ran, and nothing was
/// written.
std::optional<GroupOutcomes> tryWrite(Connection& connection, std::span<const NewNotification> group,
                                      std::span<const NewChunk> chunks, std::unordered_set<Uuid> stored,
                                      const ClaimTerms& terms, Keyring& keyring) {
  Transaction transaction(connection);
  ChunkGroup taken(transaction, chunks, keyring);
  Batch batch;
  batch.emplace_back(sql::work_announce, announcedBy(terms.owner.toString()));
  taken.appendTo(batch);
  batch.emplace_back(sql::notifications_insert, insertParams(group, stored, terms, keyring, taken.fresh()));
  const auto results = transaction.runPipelined(batch);
  if (!taken.keysWereFree(results)) return std::nullopt;
  const auto fresh = idsOf(results.back());
  DedupIntake::Outcomes doubles;
  if (claimsKeys(group)) doubles = DedupIntake(transaction, keyring).run(group, fresh);
  for (const auto* chunk : taken.fresh())
    if (claimsKeys(chunk->notifications)) DedupIntake(transaction, keyring).run(chunk->notifications, fresh);
  transaction.commit();
  doubles.merge(DedupIntake::recall(connection, group, stored));
  stored.insert(fresh.begin(), fresh.end());
  return GroupOutcomes{outcomesOf(connection, group, stored, std::move(doubles), keyring), taken.takeOutcomes()};
}

}  // namespace

void insertNotification(Transaction& transaction, const NewNotification& notification, Keyring& keyring) {
  transaction.run(sql::notifications_insert, insertParams({&notification, 1}, {}, ClaimTerms{}, keyring));
}

PgIntakeStore::PgIntakeStore(Pool& pool, Keyring& keyring) : pool_(pool), keyring_(keyring) {}

std::vector<IntakeOutcome> PgIntakeStore::write(std::span<const NewNotification> group, const ClaimTerms& terms) {
  const Uuid* announce = anyWaits(group) ? &terms.owner : nullptr;
  return withConnection(pool_, [&](Connection& connection) {
    Inserted inserted;
    auto& stored = inserted.ids;
    try {
      inserted = insert(connection, group, {}, terms, announce, keyring_);
    } catch (const SqlError& error) {
      if (!isUniqueViolation(error)) throw;
      // An earlier try of this group, whose commit was lost on the way, had stored some of it.
      auto before = alreadyStored(connection, group);
      if (before.empty()) throw;
      inserted = insert(connection, group, before, terms, announce, keyring_);
      inserted.doubles.merge(DedupIntake::recall(connection, group, before));
      stored.merge(before);
    }
    return outcomesOf(connection, group, stored, std::move(inserted.doubles), keyring_);
  });
}

GroupOutcomes PgIntakeStore::write(std::span<const NewNotification> group, std::span<const NewChunk> chunks,
                                   const ClaimTerms& terms) {
  if (chunks.empty()) return {write(group, terms), {}};
  return withConnection(pool_, [&](Connection& connection) {
    constexpr int kTries = 5;
    std::unordered_set<Uuid> before;
    for (int i = 0; i < kTries; ++i) {
      try {
        if (auto written = tryWrite(connection, group, chunks, before, terms, keyring_)) return std::move(*written);
      } catch (const SqlError& error) {
        // As above. A chunk finds its own row and writes nothing twice.
        if (!isUniqueViolation(error) || !before.empty()) throw;
        before = alreadyStored(connection, group);
        if (before.empty()) throw;
      }
    }
    throw StoreUnavailable("the idempotency keys of a chunk are taken again and again");
  });
}

std::optional<IntakeOutcome> PgIntakeStore::findKey(TenantId tenant, const Digest256& key_hash,
                                                    const Digest256& request_hash) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<IntakeOutcome> {
    const auto rows = findKeys(connection, {tenant.value}, {asView(key_hash)});
    if (rows.empty() || rows[0].boolean(7)) return std::nullopt;
    return outcomeOf(tenant, request_hash, rows[0], keyring_);
  });
}

}  // namespace belfry::pg
