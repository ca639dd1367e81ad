// What PostgreSQL, or the way to it, answered instead of rows.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace belfry::pg {

/// Everything known about one failure. PostgreSQL 15, Appendix A lists the states.
struct SqlFailure {
  std::string statement;  ///< the statement's name, or what was tried ("connect", "commit")
  std::string
      sqlstate;  ///< five characters; 08001 (connect) and 08006 (lost) are set by us when the server said nothing
  std::string message;     ///< the primary message
  std::string detail;      ///< may hold row values: for logs of trusted places only
  std::string constraint;  ///< name of the violated constraint, or empty
  int position = 0;        ///< 1-based character in the SQL text, 0 unknown
  bool connection_lost = false;
  bool ambiguous = false;
  bool stale_plan = false;  ///< the prepared statement did not fit the schema any more and was forgotten
};

/// what() is "statement: message (sqlstate)"; it never has `detail`.
class SqlError : public std::runtime_error {
 public:
  explicit SqlError(SqlFailure failure);

  const std::string& sqlstate() const noexcept { return failure_.sqlstate; }
  const std::string& constraint() const noexcept { return failure_.constraint; }
  const std::string& statement() const noexcept { return failure_.statement; }
  const std::string& message() const noexcept { return failure_.message; }
  const std::string& detail() const noexcept { return failure_.detail; }
  int position() const noexcept { return failure_.position; }

  /// The server cannot be reached, or this connection to it is gone. The pool heals it at the next check-out.
  bool connectionLost() const noexcept { return failure_.connection_lost; }
  /// The same work may succeed when repeated: 40001, 40P01, 57P0x, class 08, 53300, or a plan that had grown stale.
  /// When ambiguous(), repeat only what is idempotent.
  bool retryable() const noexcept;
  /// The connection went away during COMMIT or an autocommit statement: it may or may not have been committed.
  bool ambiguous() const noexcept { return failure_.ambiguous; }

 private:
  SqlFailure failure_;
};

}  // namespace belfry::pg
