#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "kit/time.h"
#include "ports/idempotency_store.h"

namespace belfry::pg {

class PgIdempotencyStore final : public IdempotencyStore {
 public:
  /// `pool` has the role belfry_app.
  PgIdempotencyStore(Pool& pool, Keyring& keyring, const Clock& clock);

  IdempotencyStart begin(TenantId tenant, const Digest256& key_hash, const Digest256& request_hash, Duration lock,
                         TimePoint expires_at) override;
  void finish(TenantId tenant, const Digest256& key_hash, const Uuid& ticket, int status,
              const std::string& response_json) override;
  void abandon(TenantId tenant, const Digest256& key_hash, const Uuid& ticket) override;

 private:
  Pool& pool_;
  Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace belfry::pg
