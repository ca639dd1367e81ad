// Brings a database to the schema that this build expects, and back.
//
//   <dir>/migrations/NNN_name.up.sql, NNN_name.down.sql   in order 001, 002, …; each in a transaction of its own
//   <dir>/vocabulary.sql                                  repeatable: applied again, before the rest, whenever it
//   changed
//
// All under one advisory lock of the database: of two hosts that start together one waits and then finds nothing to do.
// What was applied is in belfry_meta.migrations with a checksum; a merged migration is never edited. Before the first
// one the schema `belfry` and the NOLOGIN roles belfry_app and belfry_system are made.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/postgres/connection.h"
#include "adapters/postgres/migration_files.h"
#include "kit/log.h"
#include "kit/time.h"

namespace belfry::pg {

enum class MigrationState {
  applied,
  pending,
  changed,  ///< applied, but the file is another now
  unknown,  ///< applied, but this build has no such file: the database is newer
};
const char* toText(MigrationState state) noexcept;

struct MigrationEntry {
  int version;
  std::string name;  ///< "001_tenants"
  MigrationState state;
  std::optional<TimePoint> applied_at;
};

struct MigrationStatus {
  std::vector<MigrationEntry> entries;  ///< by version
  bool vocabulary_pending = false;

  /// Highest applied version, 0 for none.
  int version() const;
  /// Nothing to do and nothing wrong.
  bool current() const;
};

class Migrator {
 public:
  /// `url` is a login that owns (or may create) the schema. Throws MigrationError for a folder with gaps or doubles.
  Migrator(std::string url, const std::filesystem::path& dir, const Log& log);

  /// Reads only; creates nothing.
  MigrationStatus status();
  /// Applies what is missing up to `target` (default: all). Returns the names applied, "vocabulary" among them. Throws
  /// MigrationError, after which the migration that failed has left nothing behind.
  std::vector<std::string> up(std::optional<int> target = std::nullopt);
  /// Takes back, newest first, every migration above `target`. Returns their names.
  std::vector<std::string> down(int target);

 private:
  struct Applied;
  class Lock;

  std::unique_ptr<Connection> connect() const;
  void prepareDatabase(Connection& connection) const;
  std::vector<Applied> readApplied(Connection& connection) const;
  void checkApplied(const std::vector<Applied>& applied) const;
  bool vocabularyPending(Connection& connection) const;
  void applyVocabulary(Connection& connection) const;
  void applyUp(Connection& connection, const MigrationFile& file) const;
  void applyDown(Connection& connection, const MigrationFile& file) const;

  std::string url_;
  MigrationFolder folder_;
  const Log& log_;
};

}  // namespace belfry::pg
