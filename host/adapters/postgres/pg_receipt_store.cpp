#include "adapters/postgres/pg_receipt_store.h"

#include <algorithm>
#include <cctype>

#include "adapters/postgres/callback_json.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/receipt_application.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

Params limitOf(int limit) {
  Params params;
  params.add(static_cast<std::int64_t>(limit));
  return params;
}

/// How an address is written does not matter to whoever reads it.
std::string normalised(Channel channel, std::string address) {
  if (channel != Channel::email) return address;
  std::transform(address.begin(), address.end(), address.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return address;
}

bool sameGroup(const ReceiptGroup& group, const Row& row) {
  const auto callback = row.maybeUuid(2);
  return group.tenant.value == row.uuid(0) && group.provider == row.text(3) &&
         (group.callback ? std::optional(group.callback->value) : std::nullopt) == callback;
}

}  // namespace

PgReceiptStore::PgReceiptStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring)
    : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring) {}

std::vector<ReceiptOutcome> PgReceiptStore::apply(const ReceiptGroup& group, const Judge& judge) {
  // Two groups may lock the same deliveries and a settlement in between; PostgreSQL then ends one of them.
  constexpr int kTries = 4;
  constexpr std::string_view kDeadlock = "40P01";
  return withConnection(system_pool_, [&](Connection& connection) {
    for (int tries = 1;; ++tries) {
      try {
        return ReceiptApplication(connection, keyring_, group, judge).run();
      } catch (const SqlError& error) {
        if (error.sqlstate() != kDeadlock || tries == kTries) throw;
      }
    }
  });
}

std::vector<ReceiptGroup> PgReceiptStore::releasable(int limit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<ReceiptGroup> groups;
    for (auto row : connection.run(sql::parked_releasable, limitOf(limit))) {
      auto opened = keyring_.open({row.uuid(0)}, "parked_receipts", "receipt", row.uuid(1), row.bytes(6));
      auto receipt = opened ? parseReceipt(*opened) : std::nullopt;
      if (!receipt) continue;  // expires
      if (groups.empty() || !sameGroup(groups.back(), row)) {
        ReceiptGroup group{};
        group.tenant = {row.uuid(0)};
        group.provider = row.text(3);
        if (auto callback = row.maybeUuid(2)) group.callback = CallbackId{*callback};
        group.received_at = row.time(7);
        groups.push_back(std::move(group));
      }
      groups.back().receipts.push_back({std::move(*receipt), row.uuid(1), false});
    }
    return groups;
  });
}

int PgReceiptStore::expireParked(int limit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::parked_expire, limitOf(limit))[0].int64(0));
  });
}

int PgReceiptStore::pruneKeys(int limit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::receipt_keys_prune, limitOf(limit)).affected());
  });
}

int PgReceiptStore::pruneMessageIds(int limit) {
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::provider_messages_prune, limitOf(limit)).affected());
  });
}

std::optional<SentDelivery> PgReceiptStore::find(TenantId tenant, DeliveryId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<SentDelivery> {
    auto rows = runAsTenant(connection, tenant, sql::delivery_find, params);
    if (rows.empty()) return std::nullopt;
    auto row = rows[0];
    SentDelivery delivery{};
    delivery.id = {row.uuid(0)};
    delivery.channel = required(parseChannel(row.text(2)), "channel");
    delivery.state = required(parseDeliveryState(row.text(3)), "delivery state");
    delivery.attempt = static_cast<int>(row.int64(4));
    delivery.provider = orEmpty(row.maybeText(5));
    delivery.provider_message_id = orEmpty(row.maybeText(6));
    delivery.created_at = row.time(7);
    delivery.to = addressOf(connection, tenant, row.uuid(1), delivery.channel, static_cast<std::size_t>(row.int64(8)));
    return delivery;
  });
}

std::string PgReceiptStore::addressOf(Connection& connection, TenantId tenant, const Uuid& notification,
                                      Channel channel, std::size_t index) {
  Params params;
  params.add(tenant);
  params.addUuids(std::vector<Uuid>{notification});
  params.add(notification);
  params.add(notification);
  auto rows = runAsTenant(connection, tenant, sql::receipt_requests, params);
  if (rows.empty()) return {};
  auto opened = keyring_.open(tenant, "notifications", "request", notification, rows[0].bytes(1));
  auto request = opened ? parseRequest(*opened) : std::nullopt;
  return request ? addressFor(request->recipient, channel, index) : std::string();
}

Digest256 PgReceiptStore::addressHash(TenantId tenant, Channel channel, const std::string& address) {
  try {
    return keyring_.lookupHash(tenant, "suppression." + std::string(toText(channel)), normalised(channel, address));
  } catch (const KeyringError& error) {
    throw StoreRejected(error.what());
  }
}

}  // namespace belfry::pg
