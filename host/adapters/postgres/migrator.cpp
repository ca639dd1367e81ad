#include "adapters/postgres/migrator.h"

#include <algorithm>
#include <utility>

#include "adapters/postgres/database_roles.h"

namespace belfry::pg {
namespace {

constexpr const char* kVocabulary = "vocabulary";

// 'belfry' in ASCII: the same lock for every host of a database, and nobody else's.
constexpr Statement kTryLock{"migrate_try_lock", "SELECT pg_try_advisory_lock(x'62656c667279'::bigint)"};
constexpr Statement kLock{"migrate_lock", "SELECT pg_advisory_lock(x'62656c667279'::bigint)"};
constexpr Statement kUnlock{"migrate_unlock", "SELECT pg_advisory_unlock(x'62656c667279'::bigint)"};

constexpr const char* kPrepare = R"sql(
CREATE SCHEMA IF NOT EXISTS belfry;
CREATE SCHEMA IF NOT EXISTS belfry_meta;
CREATE TABLE IF NOT EXISTS belfry_meta.migrations (
  version    integer PRIMARY KEY CHECK (version > 0),
  name       text NOT NULL,
  checksum   text NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS belfry_meta.repeatables (
  name       text PRIMARY KEY,
  checksum   text NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
)sql";

constexpr Statement kTablesExist{"migrations_exist", "SELECT to_regclass('belfry_meta.repeatables') IS NOT NULL"};
constexpr Statement kReadApplied{
    "migrations_read", "SELECT version, name, checksum, applied_at FROM belfry_meta.migrations ORDER BY version"};
constexpr Statement kInsertApplied{"migrations_insert",
                                   "INSERT INTO belfry_meta.migrations (version, name, checksum) VALUES ($1, $2, $3)"};
constexpr Statement kDeleteApplied{"migrations_delete", "DELETE FROM belfry_meta.migrations WHERE version = $1"};
constexpr Statement kReadRepeatable{"repeatables_read", "SELECT checksum FROM belfry_meta.repeatables WHERE name = $1"};
constexpr Statement kUpsertRepeatable{"repeatables_upsert",
                                      "INSERT INTO belfry_meta.repeatables (name, checksum) VALUES ($1, $2)"
                                      " ON CONFLICT (name) DO UPDATE"
                                      " SET checksum = excluded.checksum, applied_at = excluded.applied_at"};

template <class... Values>
Params params(const Values&... values) {
  Params all;
  (all.add(values), ...);
  return all;
}

bool tablesExist(Connection& connection) { return connection.run(kTablesExist)[0].boolean(0); }

/// "file:line: message": where PostgreSQL says that the text is wrong, if it does.
std::string describe(const SqlFile& file, const SqlError& error) {
  std::string where = file.path.string();
  if (error.position() > 0) {
    // position() counts characters; counting bytes instead can only name a line a little above in a file with much
    // non-ASCII
    const auto before = file.sql.substr(0, static_cast<std::size_t>(error.position() - 1));
    where += ":" + std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
  }
  return where + ": " + error.message() + " (" + error.sqlstate() + ")" +
         (error.detail().empty() ? "" : "; " + error.detail());
}

/// Runs a file and its book-keeping as one transaction; `record` is what remembers it.
void applyFile(Connection& connection, const SqlFile& file, const Statement& record, const Params& values) {
  try {
    connection.begin();
    connection.runText(file.sql.c_str());
    if (!connection.inTransaction()) {
      throw MigrationError(file.path.string() +
                           ": ends the transaction by itself; allowed: no BEGIN, COMMIT or ROLLBACK");
    }
    connection.run(record, values);
    connection.commit();
  } catch (const SqlError& error) {
    connection.tidy();
    throw MigrationError(describe(file, error));
  }
}

}  // namespace

const char* toText(MigrationState state) noexcept {
  switch (state) {
    case MigrationState::applied: return "applied";
    case MigrationState::pending: return "pending";
    case MigrationState::changed: return "changed";
    case MigrationState::unknown: return "unknown";
  }
  return "";
}

int MigrationStatus::version() const {
  int highest = 0;
  for (const MigrationEntry& entry : entries) {
    if (entry.state != MigrationState::pending) highest = std::max(highest, entry.version);
  }
  return highest;
}

bool MigrationStatus::current() const {
  return !vocabulary_pending && std::all_of(entries.begin(), entries.end(), [](const MigrationEntry& entry) {
    return entry.state == MigrationState::applied;
  });
}

struct Migrator::Applied {
  int version;
  std::string name;
  std::string checksum;
  TimePoint at;
};

/// Holds the advisory lock of this database for its scope.
class Migrator::Lock {
 public:
  Lock(Connection& connection, const Log& log) : connection_(connection), log_(log) {
    if (connection_.run(kTryLock)[0].boolean(0)) return;
    log_.info("migration waits for another host", {});
    connection_.run(kLock);
  }
  ~Lock() {
    try {
      connection_.run(kUnlock);
    } catch (const SqlError& error) {  // then the session has ended, and the lock with it
      log_.warn("migration lock", {{"error", error.what()}});
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Connection& connection_;
  const Log& log_;
};

Migrator::Migrator(std::string url, const std::filesystem::path& dir, const Log& log)
    : url_(std::move(url)), folder_(readMigrations(dir)), log_(log) {}

std::unique_ptr<Connection> Migrator::connect() const {
  SessionSettings settings{
      .url = url_, .application_name = "belfry-migrate", .statement_timeout = std::chrono::milliseconds(0)};
  return std::make_unique<Connection>(settings, log_);
}

void Migrator::prepareDatabase(Connection& connection) const {
  ensureDatabaseRoles(connection);
  if (tablesExist(connection)) return;  // CREATE … IF NOT EXISTS would still ask for the right to create
  try {
    connection.runText(kPrepare);
  } catch (const SqlError& error) {
    if (error.sqlstate() != "42501") throw;
    throw MigrationError("the database user may not create the schemas belfry and belfry_meta (" + error.message() +
                         "); have an administrator grant CREATE on this database, or make it its owner");
  }
}

std::vector<Migrator::Applied> Migrator::readApplied(Connection& connection) const {
  std::vector<Applied> applied;
  for (const Row row : connection.run(kReadApplied)) {
    applied.push_back(
        {static_cast<int>(row.int64(0)), std::string(row.text(1)), std::string(row.text(2)), row.time(3)});
  }
  return applied;
}

/// What was applied must be 1, 2, … n, all known here and unchanged.
void Migrator::checkApplied(const std::vector<Applied>& applied) const {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (applied[i].version != static_cast<int>(i) + 1) {
      throw MigrationError("belfry_meta.migrations has " + applied[i].name + " but not version " +
                           std::to_string(i + 1));
    }
    if (i >= folder_.migrations.size()) {
      throw MigrationError("the database has migration " + applied[i].name + ", which this build does not know: " +
                           "it was migrated by a newer Belfry; run that one, or migrate down with it");
    }
    const MigrationFile& file = folder_.migrations[i];
    if (applied[i].checksum != file.up.checksum) {
      throw MigrationError(file.up.path.string() + ": differs from what was applied as " + applied[i].name +
                           "; a merged migration is never edited: restore it and add a new one");
    }
  }
}

MigrationStatus Migrator::status() {
  const auto connection = connect();
  const bool exist = tablesExist(*connection);
  const std::vector<Applied> applied = exist ? readApplied(*connection) : std::vector<Applied>{};
  MigrationStatus status;
  status.vocabulary_pending = folder_.vocabulary && (!exist || vocabularyPending(*connection));
  for (const MigrationFile& file : folder_.migrations) {
    const auto found =
        std::find_if(applied.begin(), applied.end(), [&](const Applied& one) { return one.version == file.version; });
    if (found == applied.end()) {
      status.entries.push_back({file.version, file.name, MigrationState::pending, std::nullopt});
    } else {
      const bool same = found->checksum == file.up.checksum;
      status.entries.push_back(
          {file.version, file.name, same ? MigrationState::applied : MigrationState::changed, found->at});
    }
  }
  for (const Applied& one : applied) {
    if (one.version <= folder_.migrations.back().version) continue;
    status.entries.push_back({one.version, one.name, MigrationState::unknown, one.at});
  }
  return status;
}

bool Migrator::vocabularyPending(Connection& connection) const {
  if (!folder_.vocabulary) return false;
  const Rows rows = connection.run(kReadRepeatable, params(kVocabulary));
  return rows.empty() || rows[0].text(0) != folder_.vocabulary->checksum;
}

void Migrator::applyVocabulary(Connection& connection) const {
  applyFile(connection, *folder_.vocabulary, kUpsertRepeatable, params(kVocabulary, folder_.vocabulary->checksum));
  log_.info("vocabulary applied", {});
}

void Migrator::applyUp(Connection& connection, const MigrationFile& file) const {
  applyFile(connection, file.up, kInsertApplied, params(std::int32_t{file.version}, file.name, file.up.checksum));
  log_.info("migration applied", {{"name", file.name}});
}

void Migrator::applyDown(Connection& connection, const MigrationFile& file) const {
  applyFile(connection, file.down, kDeleteApplied, params(std::int32_t{file.version}));
  log_.info("migration taken back", {{"name", file.name}});
}

std::vector<std::string> Migrator::up(std::optional<int> target) {
  const int highest = folder_.migrations.back().version;
  if (target && (*target < 1 || *target > highest)) {
    throw MigrationError("migrate up to " + std::to_string(*target) + "; allowed: 1 to " + std::to_string(highest));
  }
  const auto connection = connect();
  const Lock lock(*connection, log_);
  prepareDatabase(*connection);
  const std::vector<Applied> applied = readApplied(*connection);
  checkApplied(applied);
  std::vector<std::string> done;
  if (vocabularyPending(*connection)) {
    applyVocabulary(*connection);
    done.emplace_back(kVocabulary);
  }
  for (const MigrationFile& file : folder_.migrations) {
    if (file.version <= static_cast<int>(applied.size()) || file.version > target.value_or(highest)) continue;
    applyUp(*connection, file);
    done.push_back(file.name);
  }
  return done;
}

std::vector<std::string> Migrator::down(int target) {
  if (target < 0) throw MigrationError("migrate down to " + std::to_string(target) + "; allowed: 0 or a version");
  const auto connection = connect();
  const Lock lock(*connection, log_);
  if (!tablesExist(*connection)) return {};
  const std::vector<Applied> applied = readApplied(*connection);
  checkApplied(applied);
  std::vector<std::string> done;
  for (auto one = applied.rbegin(); one != applied.rend() && one->version > target; ++one) {
    const MigrationFile& file = folder_.migrations[static_cast<std::size_t>(one->version) - 1];
    applyDown(*connection, file);
    done.push_back(file.name);
  }
  return done;
}

}  // namespace belfry::pg
