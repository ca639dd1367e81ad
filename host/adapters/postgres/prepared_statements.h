// Which statements one session has prepared, and for which parameter types.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/postgres/params.h"
#include "adapters/postgres/statement.h"

namespace belfry::pg {

class PreparedStatements {
 public:
  /// The name under which it is prepared for these types, or null. A NULL parameter fits any type.
  const std::string* find(const Statement& statement, const Params& params) const;
  /// A name that this session has not used yet.
  std::string freshName(const Statement& statement);
  void remember(const Statement& statement, const Params& params, std::string name);
  /// All variants of a statement, because the schema changed beneath them. Returns their names.
  std::vector<std::string> forget(const Statement& statement);
  /// The session ended.
  void clear();
  std::size_t size() const noexcept { return size_; }

 private:
  struct Variant {
    std::string name;
    std::string sql;
    std::vector<TypeOid> oids;
  };
  static bool fits(const Variant& variant, const Statement& statement, const Params& params);

  std::unordered_map<std::string, std::vector<Variant>> by_name_;
  std::size_t size_ = 0;
  std::size_t minted_ = 0;
};

}  // namespace belfry::pg
