// The few messages of PostgreSQL's protocol that the supervisor needs: log in without a password, run a statement, read
// text rows. It asks "do you answer" and makes the role and the database; everything else goes through
// adapters/postgres. libpq stays that adapter's library, and forking psql would cost more than the whole second start.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "adapters/embedded/unix_socket.h"
#include "kit/result.h"

namespace belfry::embedded {

/// PostgreSQL protocol 3.0 (documentation chapter 55). One thread at a time.
class PostgresSession {
 public:
  /// Connects and waits until the server is ready for a query. The error is the server's message, or "" when it did not
  /// answer at all.
  static Result<PostgresSession, std::string> open(const std::filesystem::path& socket, const std::string& role,
                                                   const std::string& database, std::chrono::milliseconds limit);

  /// Runs one statement; the first column of its rows. The error is the server's message.
  Result<std::vector<std::string>, std::string> query(const std::string& statement);

 private:
  struct Message {
    char type;
    std::string body;
  };

  explicit PostgresSession(UnixSocket socket) : socket_(std::move(socket)) {}
  std::optional<Message> receive();
  Result<std::vector<std::string>, std::string> untilReady();

  UnixSocket socket_;
};

}  // namespace belfry::embedded
