// The migration files of one folder, read and checked.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace belfry::pg {

/// Says which file or database object is wrong and what is allowed.
class MigrationError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SqlFile {
  std::filesystem::path path;
  std::string sql;
  std::string checksum;  ///< SHA-256, hex
};

struct MigrationFile {
  int version;
  std::string name;  ///< "001_tenants"
  SqlFile up;
  SqlFile down;
};

struct MigrationFolder {
  std::vector<MigrationFile> migrations;  ///< versions 1, 2, 3, … without gaps
  std::optional<SqlFile> vocabulary;
};

/// Reads `dir`/migrations/*.sql and `dir`/vocabulary.sql. Throws MigrationError naming the file for a name that is not
/// NNN_name.up.sql or NNN_name.down.sql, a version twice or left out, an up without its down, an unreadable file.
MigrationFolder readMigrations(const std::filesystem::path& dir);

}  // namespace belfry::pg
