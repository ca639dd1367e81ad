#include "adapters/postgres/pg_work_store.h"

#include <algorithm>
#include <unordered_map>

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/inbox_json.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
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

/// Columns: tenant, id, request. A tenant whose key is gone must not stop the others' work.
std::optional<NotificationRequest> openRequest(const Row& row, Keyring& keyring) {
  try {
    auto opened = keyring.open({row.uuid(0)}, "notifications", "request", row.uuid(1), row.bytes(2));
    return opened ? parseRequest(*opened) : std::nullopt;
  } catch (const KeyringError&) {
    return std::nullopt;
  }
}

}  // namespace

PgWorkStore::PgWorkStore(Pool& pool, Keyring& keyring) : pool_(pool), keyring_(keyring) {}

std::vector<ClaimedDelivery> PgWorkStore::claim(const ClaimRoom& room, Duration lease, const Uuid& owner) {
  std::vector<std::int16_t> priorities;
  std::vector<std::int32_t> rooms;
  for (auto [priority, count] : room) {
    priorities.push_back(static_cast<std::int16_t>(toNumber(priority)));
    rooms.push_back(count);
  }
  Params params;
  params.addInt2s(priorities);
  params.addInt4s(rooms);
  params.add(static_cast<std::int32_t>(lease.count() / 1000));
  params.add(owner);
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<ClaimedDelivery> claims;
    for (auto row : connection.run(sql::work_claim, params)) claims.push_back(toClaim(row));
    std::sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
      return std::tie(a.priority, a.due_at) < std::tie(b.priority, b.due_at);
    });
    return claims;
  });
}

std::vector<std::optional<LoadedNotification>> PgWorkStore::load(std::span<const ClaimedDelivery> claims) {
  if (claims.empty()) return {};
  std::vector<Uuid> tenants, ids;
  std::unordered_map<Uuid, std::vector<std::size_t>> wanted;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    auto& places = wanted[claims[i].notification.value];
    places.push_back(i);
    if (places.size() > 1) continue;
    tenants.push_back(claims[i].tenant.value);
    ids.push_back(claims[i].notification.value);
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  params.add(*std::min_element(ids.begin(), ids.end()));
  params.add(*std::max_element(ids.begin(), ids.end()));
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<std::optional<LoadedNotification>> loaded(claims.size());
    for (auto row : connection.run(sql::notifications_load, params)) {
      auto request = openRequest(row, keyring_);
      if (!request) continue;
      LoadedNotification notification{std::move(*request), row.time(3), row.maybeTime(4)};
      const auto& places = wanted[row.uuid(1)];
      for (std::size_t k = 1; k < places.size(); ++k) loaded[places[k]] = notification;
      loaded[places[0]] = std::move(notification);
    }
    return loaded;
  });
}

SettledGroup PgWorkStore::settle(std::span<const Settlement> group) {
  if (group.empty()) return {};
  return withConnection(pool_, [&](Connection& connection) {
    Params params;
    addSettlements(params, group);
    addEvents(params, group);
    addInboxItems(params, group, keyring_);
    addDevices(params, group, keyring_);
    auto answers = connection.runPipelined({{sql::work_settle, params}, {sql::parked_of_settled, settledNames(group)}});
    SettledGroup settled;
    for (auto row : answers[0]) settled.ended.push_back({row.uuid(0)});
    settled.receipts_wait = answers[1][0].boolean(0);
    return settled;
  });
}

void PgWorkStore::release(std::span<const ClaimedDelivery> claims, const Uuid& owner) {
  withConnection(pool_, [&](Connection& connection) { connection.run(sql::work_release, heldParams(claims, owner)); });
}

void PgWorkStore::park(std::span<const ClaimedDelivery> claims, const Uuid& owner) {
  withConnection(pool_, [&](Connection& connection) { connection.run(sql::work_park, heldParams(claims, owner)); });
}

std::vector<RescuedDelivery> PgWorkStore::rescue(const std::map<Channel, RescuePolicy>& policies, int limit) {
  std::vector<std::string_view> channels;
  std::vector<bool> resend;
  std::vector<std::int32_t> attempts;
  for (const auto& [channel, policy] : policies) {
    channels.push_back(toText(channel));
    resend.push_back(policy.lease_policy == LeasePolicy::resend);
    attempts.push_back(policy.max_attempts);
  }
  Params params;
  params.addTexts(channels);
  params.addBools(resend);
  params.addInt4s(attempts);
  params.add(static_cast<std::int32_t>(limit));
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<RescuedDelivery> rescued;
    for (auto row : connection.run(sql::work_rescue, params)) {
      rescued.push_back({{row.uuid(0)}, {row.uuid(1)}, static_cast<int>(row.int64(2)), row.boolean(3)});
    }
    return rescued;
  });
}

std::optional<TimePoint> PgWorkStore::nextDue() {
  std::vector<std::int16_t> priorities;
  for (Priority priority : allPriorities()) priorities.push_back(static_cast<std::int16_t>(toNumber(priority)));
  Params params;
  params.addInt2s(priorities);
  return withConnection(
      pool_, [&](Connection& connection) { return connection.run(sql::work_next_due, params)[0].maybeTime(0); });
}

}  // namespace belfry::pg
