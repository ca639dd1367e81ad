// Idempotency-Key for requests that are not a send (whose key is stored in the same transaction as its rows).
// May throw StoreUnavailable. Thread-safe.
#pragma once

#include "kit/time.h"
#include "model/ids.h"
#include "ports/intake_store.h"

namespace belfry {

struct IdempotencyBegun {
  Uuid ticket;  ///< names this run in finish and abandon
};
using IdempotencyStart = std::variant<IdempotencyBegun, Replayed, IdempotencyMismatch, IdempotencyInProgress>;

class IdempotencyStore {
 public:
  virtual ~IdempotencyStore() = default;
  /// Reserves the key, or says what it already stands for. A reservation whose owner vanished is free again after
  /// `lock`.
  virtual IdempotencyStart begin(TenantId tenant, const Digest256& key_hash, const Digest256& request_hash,
                                 Duration lock, TimePoint expires_at) = 0;
  virtual void finish(TenantId tenant, const Digest256& key_hash, const Uuid& ticket, int status,
                      const std::string& response_json) = 0;
  virtual void abandon(TenantId tenant, const Digest256& key_hash, const Uuid& ticket) = 0;
};

}  // namespace belfry
