#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "adapters/postgres/transaction.h"
#include "ports/subscriber_key_store.h"

namespace belfry::pg {

class PgSubscriberKeyStore final : public SubscriberKeyStore {
 public:
  /// `pool` has the role belfry_app.
  PgSubscriberKeyStore(Pool& pool, Keyring& keyring, const Clock& clock);

  std::vector<SubscriberSecret> live(TenantId tenant) override;
  std::optional<SubscriberKey> create(TenantId tenant, const std::string& secret, int most_live) override;
  std::vector<SubscriberKey> list(TenantId tenant) override;
  std::optional<SubscriberKey> retire(TenantId tenant, SubscriberKeyId id) override;
  void reconcile(TenantId tenant, const std::optional<std::string>& secret) override;

 private:
  SubscriberKey insert(Transaction& transaction, TenantId tenant, const std::string& secret, Source source);
  std::string open(TenantId tenant, const Row& row);

  Pool& pool_;
  Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace belfry::pg
