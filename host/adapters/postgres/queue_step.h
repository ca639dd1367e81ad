// One step of a bulk action: the deliveries that come next, and what is done to them.
#pragma once

#include "adapters/postgres/connection.h"
#include "model/queue.h"

namespace belfry::pg {

/// Deliveries (or dead letters, of actions on those) that match, and how far the look went.
struct Picked {
  std::vector<Uuid> ids;
  std::int64_t looked_at = 0;
  Uuid position;      ///< everything up to this id was looked at
  bool last = false;  ///< there are none behind it
};

/// The next up to `most` that match behind `position` and were accepted (dead letters: died) until `until`.
/// `connection` sees the tenant.
Picked pick(Connection& connection, TenantId tenant, const QueueWish& wish, TimePoint until, const Uuid& position,
            std::int64_t most);

/// Does what the operation is for to those of `ids` that still stand as they were picked; how many it changed.
/// Within a transaction of the role belfry_system.
std::int64_t change(Connection& connection, const QueueOperation& operation, const std::vector<Uuid>& ids);

}  // namespace belfry::pg
