// What ended waits again: for bulk actions and for single dead letters. All calls are within a transaction of the role
// belfry_system, under the locks of the deliveries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/postgres/connection.h"
#include "adapters/postgres/params.h"
#include "model/ids.h"

namespace belfry::pg {

/// $1 … $4: tenant, deliveries, and the least and greatest of them. `deliveries` is not empty.
Params chosenDeliveries(TenantId tenant, const std::vector<Uuid>& deliveries);

/// The first column.
std::vector<Uuid> idsOf(const Rows& rows);

/// Ends the dead letters of `deliveries` as replayed; those whose dead letter it was that ended here, and nobody
/// else's. `letters`: these alone; empty: any.
std::vector<Uuid> takeDead(Connection& connection, TenantId tenant, const std::vector<Uuid>& deliveries,
                           const std::string& by, const std::vector<Uuid>& letters);

/// Queues them again; how many. `operation`: the bulk action, for their timelines.
std::int64_t queueAgain(Connection& connection, TenantId tenant, const std::vector<Uuid>& deliveries,
                        const std::string& by, const std::optional<Uuid>& operation);

}  // namespace belfry::pg
