// What the suites of this folder share: a log that can be read, a database, short ways to write parameters.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "adapters/postgres/connection.h"
#include "adapters/postgres/pool.h"
#include "adapters/postgres/transaction.h"
#include "support/child_process.h"
#include "support/test_services.h"
#include "support/wait_until.h"

namespace belfry::pg::test {

using namespace std::chrono_literals;
using belfry::test::TemporaryDirectory;
using belfry::test::TestDatabase;
using belfry::test::waitUntil;

/// Errors only: tests kill connections on purpose.
inline const Log& quietLog() {
  static const Log log(2, LogLevel::error);
  return log;
}

/// For what fails on purpose.
inline const Log& silentLog() {
  static const Log log(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  return log;
}

template <class... Values>
Params params(const Values&... values) {
  Params all;
  (all.add(values), ...);
  return all;
}

/// A whole statement, named after itself.
inline Statement statement(const char* sql) { return {"test", sql}; }

inline SessionSettings sessionOf(const std::string& url) { return {.url = url, .application_name = "belfry-test"}; }

inline PoolSettings poolOf(const std::string& url, int size) {
  return {.url = url, .size = size, .application_name = "belfry-test"};
}

/// The SqlError that `body` throws; fails the test when it throws none.
template <class Body>
SqlError errorOf(Body&& body) {
  try {
    body();
  } catch (const SqlError& error) {
    return error;
  }
  ADD_FAILURE() << "no SqlError was thrown";
  return SqlError({});
}

/// The message of the std::logic_error that `body` throws.
template <class Body>
std::string logicErrorOf(Body&& body) {
  try {
    body();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no std::logic_error was thrown";
  return "";
}

/// One database for a whole suite whose tests do not disturb each other.
class SharedDatabase : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>();
    connection_ = std::make_unique<Connection>(sessionOf(database_->url()), quietLog());
  }
  static void TearDownTestSuite() {
    connection_.reset();
    database_.reset();
  }

  static Rows run(const char* sql, const Params& values = {}) { return connection_->run(statement(sql), values); }

  static inline std::unique_ptr<TestDatabase> database_;
  static inline std::unique_ptr<Connection> connection_;
};

/// A database for each test.
class OwnDatabase : public ::testing::Test {
 protected:
  TestDatabase database_;
};

}  // namespace belfry::pg::test
