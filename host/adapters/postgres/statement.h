// One SQL statement of sql/*.sql, by name. The files become constants of namespace belfry::pg::sql in the generated
// header sql_statements.h (see embed_sql.py), so that a misspelt statement does not compile.
#pragma once

namespace belfry::pg {

/// `name` is the file's stem and the name of the prepared statement (≤ 55 bytes); `sql` is one statement with $1… .
/// Both must outlive their use.
struct Statement {
  const char* name;
  const char* sql;
};

}  // namespace belfry::pg
