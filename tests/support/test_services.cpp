#include "support/test_services.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>

#include "support/child_process.h"

namespace belfry::test {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Takes `export NAME='value'` lines apart and puts them into this process's environment.
void adoptExports(const std::string& lines) {
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const auto equals = line.find("='");
    if (line.rfind("export ", 0) != 0 || equals == std::string::npos) continue;
    ::setenv(line.substr(7, equals - 7).c_str(), line.substr(equals + 2, line.size() - equals - 3).c_str(), 1);
  }
}

/// Services of this program alone. The script's watcher stops them when the program ends in any way.
void startOwnServices() {
  const std::string pid = std::to_string(::getpid());
  ChildProcess script({.args = {std::string(BELFRY_TESTS_SUPPORT) + "/services", "start",
                                "/tmp/belfry-test-services." + pid, "--owner", pid}});
  const auto exit = script.waitForExit(std::chrono::seconds(60));
  if (!exit || exit->code != 0) throw std::runtime_error("tests/support/services start: " + script.output());
  adoptExports(script.standardOutput());
}

ServiceEndpoints endpointsOfEnvironment() {
  if (environment("BELFRY_TEST_DATABASE_URL").empty()) startOwnServices();
  return {environment("BELFRY_TEST_DATABASE_URL"), environment("BELFRY_TEST_SUPERUSER_URL"),
          environment("BELFRY_TEST_REDIS")};
}

/// `postgresql://ROLE@/DATABASE?rest` with another role and database.
std::string withRoleAndDatabase(const std::string& url, const std::string& role, const std::string& database) {
  const auto at = url.find('@');
  const auto slash = url.find('/', at);
  const auto question = url.find('?', slash);
  return "postgresql://" + role + url.substr(at, slash - at) + "/" + database + url.substr(question);
}

std::string randomName() {
  std::random_device random;
  char name[40];
  std::snprintf(name, sizeof name, "t_%08x%08x", random(), random());
  return name;
}

std::vector<SqlRow> rowsOf(const PGresult* result) {
  std::vector<SqlRow> rows(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row)
    for (int column = 0; column < PQnfields(result); ++column)
      rows[static_cast<std::size_t>(row)].push_back(PQgetisnull(result, row, column) ? "NULL"
                                                                                     : PQgetvalue(result, row, column));
  return rows;
}

}  // namespace

const ServiceEndpoints& testServices() {
  static const ServiceEndpoints endpoints = endpointsOfEnvironment();
  return endpoints;
}

std::vector<SqlRow> runSql(const std::string& url, const std::string& statements) {
  const Connection connection(PQconnectdb(url.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const Rows result(PQexec(connection.get(), statements.c_str()), PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()) + ("in: " + statements));
  return rowsOf(result.get());
}

TestDatabase::TestDatabase() : name_(randomName()) {
  runSql(testServices().superuser_url, "CREATE DATABASE " + name_ + " OWNER belfry");
}

TestDatabase::~TestDatabase() {
  try {
    runSql(testServices().superuser_url, "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "test database %s was not dropped: %s\n", name_.c_str(), error.what());
  }
}

std::string TestDatabase::url() const { return withRoleAndDatabase(testServices().database_url, "belfry", name_); }

std::string TestDatabase::urlAs(const std::string& role) const {
  return withRoleAndDatabase(testServices().database_url, role, name_);
}

std::string TestDatabase::superuserUrl() const {
  return withRoleAndDatabase(testServices().superuser_url, "postgres", name_);
}

std::vector<SqlRow> TestDatabase::sql(const std::string& statements) const {
  return runSql(superuserUrl(), statements);
}

std::string TestDatabase::scalar(const std::string& statement) const {
  const auto rows = sql(statement);
  if (rows.size() != 1 || rows[0].empty()) throw std::runtime_error("not one row: " + statement);
  return rows[0][0];
}

void TestDatabase::killConnections() const {
  runSql(testServices().superuser_url,
         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name_ + "'");
}

}  // namespace belfry::test
