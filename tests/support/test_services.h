// The real PostgreSQL and Redis that adapter suites run on.
//
// tests/run starts them once (tests/support/services) and hands them over in BELFRY_TEST_DATABASE_URL,
// BELFRY_TEST_SUPERUSER_URL and BELFRY_TEST_REDIS. A test program that is run by hand, without those, starts a pair of
// its own on first use and stops it at its end.
#pragma once

#include <string>
#include <vector>

namespace belfry::test {

struct ServiceEndpoints {
  std::string database_url;   ///< database `postgres` as role `belfry`: no superuser, but CREATEDB and CREATEROLE
  std::string superuser_url;  ///< database `postgres` as role `postgres`
  std::string redis_socket;   ///< path of a unix socket
};

/// Throws std::runtime_error with the script's message when they cannot be started. Thread-safe.
const ServiceEndpoints& testServices();

using SqlRow = std::vector<std::string>;  ///< NULL reads as "NULL"

/// A fresh, empty database owned by role `belfry`, dropped (with its connections) by the destructor.
/// Thread-safe: every call opens a connection of its own.
class TestDatabase {
 public:
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& name() const noexcept { return name_; }
  /// libpq URL as role `belfry`, who owns the database.
  std::string url() const;
  /// libpq URL as another role of the cluster, e.g. one made by a migration. Local connections need no password.
  std::string urlAs(const std::string& role) const;
  /// libpq URL as superuser: sees through row-level security.
  std::string superuserUrl() const;

  /// Runs one or more statements as superuser; the rows of the last one. Throws std::runtime_error with PostgreSQL's
  /// message.
  std::vector<SqlRow> sql(const std::string& statements) const;
  /// The first column of the only row.
  std::string scalar(const std::string& statement) const;
  /// Ends every other connection to this database, as an administrator or a restart would.
  void killConnections() const;

 private:
  std::string name_;
};

/// Runs statements on any libpq URL; see TestDatabase::sql.
std::vector<SqlRow> runSql(const std::string& url, const std::string& statements);

}  // namespace belfry::test
