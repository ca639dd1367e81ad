#include "adapters/postgres/pg_device_store.h"

#include <cstring>

#include "adapters/postgres/device_json.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr std::string_view kUser = "user";
constexpr std::string_view kToken = "device.token";  // as PgWorkStore::settle

std::int64_t lockNumber(const Digest256& digest) {
  std::int64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  return number;
}

}  // namespace

PgDeviceStore::PgDeviceStore(Pool& pool, Keyring& keyring, const Clock& clock)
    : pool_(pool), keyring_(keyring), clock_(clock) {}

Params PgDeviceStore::paramsOf(TenantId tenant, std::string_view purpose, const std::string& text) {
  Params params;
  params.add(tenant);
  params.addBytes(asView(keyring_.lookupHash(tenant, purpose, text)));
  return params;
}

Device PgDeviceStore::toDevice(TenantId tenant, const Row& row) {
  Device device{};
  device.id = {row.uuid(0)};
  auto opened = keyring_.open(tenant, "device_tokens", "content", device.id.value, row.bytes(1));
  auto content = opened ? parseDeviceContent(*opened) : std::nullopt;
  if (!content) throw StoreRejected("device_tokens.content of " + device.id.toString() + " cannot be decrypted");
  device.user_id = std::move(content->user_id);
  device.given.token = std::move(content->token);
  device.given.name = std::move(content->name);
  device.given.platform = required(parsePlatform(row.text(2)), "platform");
  for (auto topic : row.texts(3)) device.given.topics.emplace_back(topic);
  device.created_at = row.time(4);
  device.refreshed_at = row.time(5);
  device.last_used_at = row.maybeTime(6);
  device.disabled_at = row.maybeTime(7);
  device.reason = orEmpty(row.maybeText(8));
  return device;
}

Registration PgDeviceStore::put(TenantId tenant, const std::string& user, const NewDevice& device, int most) {
  return withConnection(pool_, [&](Connection& connection) {
    Transaction transaction(connection, tenant);
    // Two registrations of one user, or of one token, take turns: always the user's lock first.
    Params locks;
    locks.add(lockNumber(keyring_.lookupHash(tenant, kUser, user)));
    locks.add(lockNumber(keyring_.lookupHash(tenant, kToken, device.token)));
    transaction.run(sql::device_lock, locks);
    auto known = transaction.run(sql::device_by_token, paramsOf(tenant, kToken, device.token));
    Registration made;
    made.fresh = known.empty();
    const auto id = made.fresh ? DeviceId::mint(clock_.now()) : DeviceId{known[0].uuid(0)};
    made.device = upsert(transaction, tenant, id, user, device);
    auto room = paramsOf(tenant, kUser, user);
    room.add(id);
    room.add(static_cast<std::int32_t>(most));
    for (auto row : transaction.run(sql::devices_evict, room)) made.replaced.push_back({row.uuid(0)});
    transaction.run(sql::devices_forget_dead, paramsOf(tenant, kUser, user));
    transaction.commit();
    return made;
  });
}

Device PgDeviceStore::upsert(Transaction& transaction, TenantId tenant, DeviceId id, const std::string& user,
                             const NewDevice& device) {
  Params params;
  params.add(tenant);
  params.add(id);
  params.addBytes(asView(keyring_.lookupHash(tenant, kUser, user)));
  params.addBytes(asView(keyring_.lookupHash(tenant, kToken, device.token)));
  params.addBytes(keyring_.seal(tenant, "device_tokens", "content", id.value,
                                toJson(DeviceContent{device.token, user, device.name})));
  params.add(toText(device.platform));
  params.addTexts(device.topics);
  return toDevice(tenant, transaction.run(sql::device_upsert, params)[0]);
}

std::vector<Device> PgDeviceStore::list(TenantId tenant, const std::string& user) {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<Device> devices;
    auto rows = runAsTenant(connection, tenant, sql::devices_of_user, paramsOf(tenant, kUser, user));
    for (auto row : rows) devices.push_back(toDevice(tenant, row));
    return devices;
  });
}

std::vector<DeviceToken> PgDeviceStore::live(TenantId tenant, const std::string& user) {
  std::vector<DeviceToken> tokens;
  for (auto& device : list(tenant, user))
    if (!device.disabled_at) tokens.push_back({std::move(device.given.token), device.given.platform});
  return tokens;
}

std::unordered_map<std::string, std::vector<DeviceToken>> PgDeviceStore::liveOf(TenantId tenant,
                                                                                std::span<const std::string> users) {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<std::string> hashes;
    for (const auto& user : users) hashes.emplace_back(asView(keyring_.lookupHash(tenant, kUser, user)));
    Params params;
    params.add(tenant);
    params.addByteas(hashes);
    std::unordered_map<std::string, std::vector<DeviceToken>> tokens;
    const auto rows = runAsTenant(connection, tenant, sql::devices_of_users, params);
    for (auto row : rows) {
      auto device = toDevice(tenant, row);
      tokens[device.user_id].push_back({std::move(device.given.token), device.given.platform});
    }
    return tokens;
  });
}

bool PgDeviceStore::remove(TenantId tenant, const std::string& user, DeviceId id) {
  return withConnection(pool_, [&](Connection& connection) {
    auto params = paramsOf(tenant, kUser, user);
    params.add(id);
    return !runAsTenant(connection, tenant, sql::device_delete, params).empty();
  });
}

bool PgDeviceStore::disable(TenantId tenant, const std::string& token, const std::string& reason) {
  return withConnection(pool_, [&](Connection& connection) {
    auto params = paramsOf(tenant, kToken, token);
    params.add(reason);
    return !runAsTenant(connection, tenant, sql::device_disable, params).empty();
  });
}

}  // namespace belfry::pg
