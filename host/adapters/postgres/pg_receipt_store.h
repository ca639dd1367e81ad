#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/receipt_store.h"

namespace belfry::pg {

class PgReceiptStore final : public ReceiptStore {
 public:
  /// `tenant_pool` has the role belfry_app (reading), `system_pool` belfry_system.
  PgReceiptStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring);

  std::vector<ReceiptOutcome> apply(const ReceiptGroup& group, const Judge& judge) override;
  std::vector<ReceiptGroup> releasable(int limit) override;
  int expireParked(int limit) override;
  int pruneKeys(int limit) override;
  int pruneMessageIds(int limit) override;
  std::optional<SentDelivery> find(TenantId tenant, DeliveryId id) override;
  Digest256 addressHash(TenantId tenant, Channel channel, const std::string& address) override;

 private:
  std::string addressOf(Connection& connection, TenantId tenant, const Uuid& notification, Channel channel,
                        std::size_t index);

  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
