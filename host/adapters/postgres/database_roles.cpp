#include "adapters/postgres/database_roles.h"

#include <string>

#include "adapters/postgres/migration_files.h"

namespace belfry::pg {
namespace {

constexpr int kRaceAttempts = 20;

constexpr Statement kFindRole{
    "role_find",
    "SELECT current_user::text, EXISTS (SELECT FROM pg_roles WHERE rolname = $1),"
    " EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER'))"};

struct RoleState {
  std::string user;
  bool exists;
  bool granted;
};

RoleState findRole(Connection& connection, const std::string& role) {
  Params params;
  params.add(role);
  const Rows rows = connection.run(kFindRole, params);
  const Row row = rows[0];
  return {std::string(row.text(0)), row.boolean(1), row.boolean(2)};
}

/// Another session made or granted the same at the same time: duplicate object, duplicate key in the catalogue, or
/// "tuple concurrently updated", which has no code of its own.
bool isRace(const SqlError& error) {
  return error.sqlstate() == "42710" || error.sqlstate() == "23505" || error.sqlstate() == "XX000";
}

[[noreturn]] void notPermitted(const RoleState& state, const std::string& role, const SqlError& error) {
  throw MigrationError("database user " + state.user + " may not make or use the role " + role + " (" +
                       error.message() +
                       "); have an administrator run: " + (state.exists ? "" : "CREATE ROLE " + role + " NOLOGIN; ") +
                       "GRANT " + role + " TO \"" + state.user + "\"");
}

void ensureRole(Connection& connection, const std::string& role) {
  for (int attempt = 1;; ++attempt) {
    const RoleState state = findRole(connection, role);
    if (state.granted) return;
    try {
      if (!state.exists) connection.runText(("CREATE ROLE " + role + " NOLOGIN").c_str());
      connection.runText(("GRANT " + role + " TO CURRENT_USER").c_str());
    } catch (const SqlError& error) {
      if (error.sqlstate() == "42501") notPermitted(state, role, error);
      if (!isRace(error) || attempt == kRaceAttempts) throw;
    }
  }
}

}  // namespace

void ensureDatabaseRoles(Connection& connection) {
  ensureRole(connection, kAppRole);
  ensureRole(connection, kSystemRole);
}

}  // namespace belfry::pg
