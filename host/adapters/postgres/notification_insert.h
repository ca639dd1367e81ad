// One notification stored in a transaction that does more than that.
#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/transaction.h"
#include "ports/intake_store.h"

namespace belfry::pg {

/// `transaction` has the role belfry_system. `notification` has no idempotency key and claims no keys of doubles; its
/// deliveries wait for a worker.
void insertNotification(Transaction& transaction, const NewNotification& notification, Keyring& keyring);

}  // namespace belfry::pg
