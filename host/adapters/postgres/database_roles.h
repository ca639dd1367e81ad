// The two roles that everything but migrations runs as; see architecture.md, promise 6.
#pragma once

#include "adapters/postgres/connection.h"

namespace belfry::pg {

inline constexpr const char* kAppRole = "belfry_app";        ///< one tenant at a time, by row-level security
inline constexpr const char* kSystemRole = "belfry_system";  ///< loops that cross tenants, by explicit policies

/// Makes both roles (NOLOGIN) and grants them to the current user, where that is not so yet. Roles belong to the whole
/// cluster, so another database may be doing the same: that race is settled here. Throws MigrationError that says what
/// an administrator has to run, when the current user may not.
void ensureDatabaseRoles(Connection& connection);

}  // namespace belfry::pg
