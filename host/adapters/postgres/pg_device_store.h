#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "adapters/postgres/transaction.h"
#include "ports/device_store.h"

namespace belfry::pg {

class PgDeviceStore final : public DeviceStore {
 public:
  /// `pool` has the role belfry_app.
  PgDeviceStore(Pool& pool, Keyring& keyring, const Clock& clock);

  Registration put(TenantId tenant, const std::string& user, const NewDevice& device, int most) override;
  std::vector<Device> list(TenantId tenant, const std::string& user) override;
  std::vector<DeviceToken> live(TenantId tenant, const std::string& user) override;
  std::unordered_map<std::string, std::vector<DeviceToken>> liveOf(TenantId tenant,
                                                                   std::span<const std::string> users) override;
  bool remove(TenantId tenant, const std::string& user, DeviceId id) override;
  bool disable(TenantId tenant, const std::string& token, const std::string& reason) override;

 private:
  Params paramsOf(TenantId tenant, std::string_view purpose, const std::string& text);
  Device toDevice(TenantId tenant, const Row& row);
  Device upsert(Transaction& transaction, TenantId tenant, DeviceId id, const std::string& user,
                const NewDevice& device);

  Pool& pool_;
  Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace belfry::pg
