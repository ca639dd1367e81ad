#include "adapters/postgres/pg_work_store.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/inbox_json.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "ports/lookup_store.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

ClaimedDelivery toClaim(const Row& row) {
  return {{row.uuid(0)},
          {row.uuid(1)},
          {row.uuid(2)},
          required(parseChannel(row.text(3)), "channel"),
          required(priorityFromNumber(row.int64(4)), "priority"),
          static_cast<int>(row.int64(5)),
          row.time(6),
          static_cast<int>(row.int64(7))};
}

void addSettlements(Params& params, std::span<const Settlement> group) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::int32_t> attempts;
  std::vector<std::string_view> states;
  std::vector<std::optional<TimePoint>> due;
  std::vector<std::optional<std::string>> providers, message_ids, codes, details;
  for (const auto& s : group) {
    tenants.push_back(s.tenant.value);
    deliveries.push_back(s.delivery.value);
    attempts.push_back(s.attempt);
    states.push_back(toText(s.state));
    due.push_back(s.due_at);
    providers.push_back(orNull(s.provider));
    message_ids.push_back(orNull(s.provider_message_id));
    codes.push_back(orNull(s.error_code));
    details.push_back(orNull(s.error_detail));
  }
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addInt4s(attempts);
  params.addTexts(states);
  params.addTimes(due);
  params.addTexts(providers);
  params.addTexts(message_ids);
  params.addTexts(codes);
  params.addTexts(details);
  params.add(*std::min_element(deliveries.begin(), deliveries.end()));
  params.add(*std::max_element(deliveries.begin(), deliveries.end()));
}

/// By what receipts know these deliveries.
Params settledNames(std::span<const Settlement> group) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::optional<std::string>> providers, message_ids;
  for (const auto& s : group) {
    tenants.push_back(s.tenant.value);
    deliveries.push_back(s.delivery.value);
    providers.push_back(orNull(s.provider));
    message_ids.push_back(orNull(s.provider_message_id));
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addTexts(providers);
  params.addTexts(message_ids);
  return params;
}

void addEvents(Params& params, std::span<const Settlement> group) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::int32_t> ordinals;
  std::vector<std::string_view> types;
  std::vector<TimePoint> times;
  std::vector<std::optional<std::int32_t>> attempts;
  std::vector<std::optional<std::string>> providers, details;
  for (const auto& settlement : group) {
    std::int32_t ordinal = 0;
    for (const auto& event : settlement.events) {
      tenants.push_back(settlement.tenant.value);
      deliveries.push_back(settlement.delivery.value);
      ordinals.push_back(++ordinal);
      types.push_back(toText(event.type));
      times.push_back(event.at);
      attempts.push_back(event.attempt ? std::optional<std::int32_t>(*event.attempt) : std::nullopt);
      providers.push_back(orNull(event.provider));
      details.push_back(orNull(event.detail_json));
    }
  }
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addInt4s(ordinals);
  params.addTexts(types);
  params.addTimes(times);
  params.addInt4s(attempts);
  params.addTexts(providers);
  params.addTexts(details);
}

std::string lookup(Keyring& keyring, TenantId tenant, std::string_view purpose, const std::string& text) {
  return std::string(asView(keyring.lookupHash(tenant, purpose, text)));
}

void addInboxItems(Params& params, std::span<const Settlement> group, Keyring& keyring) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::string> users, contents;
  std::vector<std::optional<std::string>> categories;
  for (const auto& s : group) {
    if (!s.inbox_item || s.user_id.empty()) continue;
    const auto& category = s.inbox_item->category;
    tenants.push_back(s.tenant.value);
    deliveries.push_back(s.delivery.value);
    users.push_back(lookup(keyring, s.tenant, "user", s.user_id));
    categories.push_back(category.empty() ? std::nullopt
                                          : std::optional(lookup(keyring, s.tenant, "inbox.category", category)));
    contents.push_back(keyring.seal(s.tenant, "inbox_items", "content", s.delivery.value, toJson(*s.inbox_item)));
  }
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addByteas(users);
  params.addByteas(categories);
  params.addByteas(contents);
}

void addDevices(Params& params, std::span<const Settlement> group, Keyring& keyring) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::string> tokens;
  std::vector<std::optional<std::string>> reasons;
  for (const auto& s : group) {
    if (!s.device) continue;
    tenants.push_back(s.tenant.value);
    deliveries.push_back(s.delivery.value);
    tokens.push_back(lookup(keyring, s.tenant, "device.token", s.device->token));
    reasons.push_back(orNull(s.device->dead_reason));
  }
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addByteas(tokens);
  params.addTexts(reasons);
}

Params heldParams(std::span<const ClaimedDelivery> claims, const Uuid& owner) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::int32_t> attempts;
  for (const auto& claim : claims) {
    tenants.push_back(claim.tenant.value);
    deliveries.push_back(claim.id.value);
    attempts.push_back(claim.attempt);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addInt4s(attempts);
  params.add(owner);
  return params;
}

/// What is unknown and can be asked about; no deliveries: nothing is.
std::optional<Params> lookUps(std::span<const Settlement> group) {
  std::vector<Uuid> tenants, deliveries;
  std::vector<std::int32_t> attempts;
  std::vector<std::optional<std::string>> providers;
  for (const auto& s : group) {
    if (!s.ask) continue;
    tenants.push_back(s.tenant.value);
    deliveries.push_back(s.delivery.value);
    attempts.push_back(s.attempt);
    providers.push_back(orNull(s.provider));
  }
  if (deliveries.empty()) return std::nullopt;
  Params params;
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.addInt4s(attempts);
  params.addTexts(providers);
  params.add(*std::min_element(deliveries.begin(), deliveries.end()));
  params.add(*std::max_element(deliveries.begin(), deliveries.end()));
  params.add(static_cast<std::int64_t>(lookUpDelay(1).count()));
  return params;
}

/// Those that were not ended.
std::vector<Settlement> stale(std::span<const Settlement> group, const std::vector<DeliveryId>& ended) {
  std::unordered_set<Uuid> done;
  for (const auto& id : ended) done.insert(id.value);
  std::vector<Settlement> left;
  for (const auto& one : group)
    if (!done.contains(one.delivery.value)) left.push_back(one);
  return left;
}

Params lockParams(std::span<const Settlement> group) {
  std::vector<Uuid> tenants, deliveries;
  for (const auto& one : group) {
    tenants.push_back(one.tenant.value);
    deliveries.push_back(one.delivery.value);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(deliveries);
  params.add(*std::min_element(deliveries.begin(), deliveries.end()));
  params.add(*std::max_element(deliveries.begin(), deliveries.end()));
  return params;
}

/// What became known after all of deliveries that were given up.
std::vector<DeliveryId> settleLate(Connection& connection, std::span<const Settlement> group) {
  Params params;
  addSettlements(params, group);
  addEvents(params, group);
  Transaction transaction(connection);
  transaction.run(sql::late_settlements_lock, lockParams(group));
  std::vector<DeliveryId> known;
  // The second statement sees what the lock waited for.
  for (auto row : transaction.run(sql::late_settlements, params)) known.push_back({row.uuid(0)});
  transaction.commit();
  return known;
}

Params rescueParams(const Rows& expired, const RescuePolicyOf& policy_of, int limit) {
  std::vector<Uuid> tenants;
  std::vector<std::string_view> channels;
  std::vector<std::string> rules;
  std::vector<bool> resend, askable;
  std::vector<std::int32_t> attempts;
  for (auto row : expired) {
    const Channel channel = required(parseChannel(row.text(1)), "channel");
    auto policy = policy_of({row.uuid(0)}, channel);
    tenants.push_back(row.uuid(0));
    channels.push_back(toText(channel));
    rules.push_back(std::move(policy.rule));
    resend.push_back(policy.lease_policy == LeasePolicy::resend);
    askable.push_back(policy.askable);
    attempts.push_back(policy.max_attempts);
  }
  Params params;
  params.addUuids(tenants);
  params.addTexts(channels);
  params.addTexts(rules);
  params.addBools(resend);
  params.addBools(askable);
  params.addInt4s(attempts);
  params.add(static_cast<std::int32_t>(limit));
  return params;
}

/// Columns from `first`: request, created_at, expires_at, first due time. Does not throw for what one row holds: the
/// others were claimed with it.
void openNotification(ClaimedWork& work, const Row& row, int first, Keyring& keyring) {
  using enum ClaimedWork::Content;
  work.content = unreadable;
  if (row.isNull(first)) return;
  try {
    const auto& claim = work.claim;
    auto opened = keyring.open(claim.tenant, "notifications", "request", claim.notification.value, row.bytes(first));
    auto request = opened ? parseRequest(*opened) : std::nullopt;
    if (!request) return;
    work.notification = {std::move(*request), row.time(first + 1), row.maybeTime(first + 2), row.time(first + 3)};
    work.content = loaded;
  } catch (const KeyringError&) {
    // A tenant whose key is gone must not stop the others' work.
  } catch (const std::exception&) {
    work.content = not_loaded;  // the key could not be asked for
  }
}

/// Whether something happened to a claim's delivery while it waited for its first attempt: a double's data may have
/// been merged into it, by a commit that the claim's statement waited for and did not see.
bool changedWhileItWaited(const Row& row) {
  constexpr int kSeqAtIntake = 2;
  return row.int64(5) == 1 && row.int64(12) > kSeqAtIntake;
}

Params loadParams(const std::vector<ClaimedWork*>& claims) {
  std::vector<Uuid> tenants, ids;
  for (const auto* work : claims) {
    tenants.push_back(work->claim.tenant.value);
    ids.push_back(work->claim.notification.value);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  params.add(*std::min_element(ids.begin(), ids.end()));
  params.add(*std::max_element(ids.begin(), ids.end()));
  return params;
}

}  // namespace

PgWorkStore::PgWorkStore(Pool& pool, Pool& claims, Keyring& keyring)
    : pool_(pool), claims_(claims), keyring_(keyring) {}

std::vector<ClaimedWork> PgWorkStore::claim(std::span<const ReadyDelivery> ready, const ClaimTerms& terms) {
  if (ready.empty()) return {};
  std::vector<Uuid> tenants, deliveries;
  for (const auto& one : ready) {
    tenants.push_back(one.lane.tenant.value);
    deliveries.push_back(one.id.value);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(deliveries);
  return claimBy(sql::work_claim, std::move(params), terms);
}

std::vector<ClaimedWork> PgWorkStore::claimFrom(std::span<const LaneRoom> lanes, const ClaimTerms& terms) {
  if (lanes.empty()) return {};
  std::vector<std::int16_t> priorities;
  std::vector<Uuid> tenants;
  std::vector<std::string_view> channels;
  std::vector<std::int32_t> rooms;
  for (const auto& [lane, room] : lanes) {
    priorities.push_back(static_cast<std::int16_t>(toNumber(lane.priority)));
    tenants.push_back(lane.tenant.value);
    channels.push_back(toText(lane.channel));
    rooms.push_back(room);
  }
  Params params;
  params.addInt2s(priorities);
  params.addUuids(tenants);
  params.addTexts(channels);
  params.addInt4s(rooms);
  return claimBy(sql::work_claim_lanes, std::move(params), terms);
}

std::vector<ClaimedWork> PgWorkStore::claimBy(const Statement& statement, Params params, const ClaimTerms& terms) {
  params.add(static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(terms.lease).count()));
  params.add(terms.owner);
  // The rows are opened after the connection went back: a tenant's key may have to be asked for.
  const auto rows = withConnection(claims_, [&](Connection& connection) { return connection.run(statement, params); });
  std::vector<ClaimedWork> claims;
  claims.reserve(rows.size());
  std::vector<ClaimedWork*> changed;
  for (auto row : rows) {
    auto& work = claims.emplace_back(ClaimedWork{toClaim(row), ClaimedWork::Content::not_loaded, {}});
    if (changedWhileItWaited(row)) changed.push_back(&work);
    else openNotification(work, row, 8, keyring_);
  }
  if (!changed.empty()) load(changed);
  std::sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
    return std::tie(a.claim.priority, a.claim.due_at) < std::tie(b.claim.priority, b.claim.due_at);
  });
  return claims;
}

void PgWorkStore::load(const std::vector<ClaimedWork*>& claims) {
  std::unordered_map<Uuid, std::vector<ClaimedWork*>> wanted;
  for (auto* work : claims) wanted[work->claim.notification.value].push_back(work);
  try {
    const auto rows = withConnection(
        pool_, [&](Connection& connection) { return connection.run(sql::notifications_load, loadParams(claims)); });
    for (auto* work : claims) work->content = ClaimedWork::Content::unreadable;
    for (auto row : rows)
      for (auto* work : wanted[row.uuid(1)]) openNotification(*work, row, 2, keyring_);
  } catch (const StoreUnavailable&) {
    // They stay `not_loaded`, and go back.
  }
}

SettledGroup PgWorkStore::settle(std::span<const Settlement> group) {
  if (group.empty()) return {};
  return withConnection(pool_, [&](Connection& connection) {
    Params params;
    addSettlements(params, group);
    addEvents(params, group);
    addInboxItems(params, group, keyring_);
    addDevices(params, group, keyring_);
    Batch batch{{sql::work_settle, params}, {sql::parked_of_settled, settledNames(group)}};
    if (auto asked = lookUps(group)) batch.emplace_back(sql::lookups_plan, std::move(*asked));
    auto answers = connection.runPipelined(batch);
    SettledGroup settled;
    for (auto row : answers[0]) settled.ended.push_back({row.uuid(0)});
    settled.receipts_wait = answers[1][0].boolean(0);
    if (settled.ended.size() == group.size()) return settled;
    const auto late = settleLate(connection, stale(group, settled.ended));
    settled.ended.insert(settled.ended.end(), late.begin(), late.end());
    return settled;
  });
}

void PgWorkStore::release(std::span<const ClaimedDelivery> claims, const Uuid& owner) {
  withConnection(pool_, [&](Connection& connection) { connection.run(sql::work_release, heldParams(claims, owner)); });
}

void PgWorkStore::park(std::span<const ClaimedDelivery> claims, const Uuid& owner) {
  withConnection(pool_, [&](Connection& connection) { connection.run(sql::work_park, heldParams(claims, owner)); });
}

std::vector<RescuedDelivery> PgWorkStore::rescue(const RescuePolicyOf& policy_of, int limit) {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<RescuedDelivery> rescued;
    const auto expired = connection.run(sql::work_expired_leases, {});
    if (expired.empty()) return rescued;
    for (auto row : connection.run(sql::work_rescue, rescueParams(expired, policy_of, limit))) {
      rescued.push_back({{row.uuid(0)}, {row.uuid(1)}, static_cast<int>(row.int64(2)), row.boolean(3)});
    }
    return rescued;
  });
}

int PgWorkStore::expire(int limit) {
  Params params;
  params.add(static_cast<std::int32_t>(limit));
  return withConnection(pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::work_expire, params)[0].int64(0));
  });
}

}  // namespace belfry::pg
