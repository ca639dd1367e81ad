#include "adapters/postgres/prepared_statements.h"

namespace belfry::pg {

bool PreparedStatements::fits(const Variant& variant, const Statement& statement, const Params& params) {
  if (variant.oids.size() != params.size() || variant.sql != statement.sql) return false;
  for (std::size_t i = 0; i < variant.oids.size(); ++i) {
    if (variant.oids[i] != params.oid(i) && !params.isNull(i)) return false;
  }
  return true;
}

const std::string* PreparedStatements::find(const Statement& statement, const Params& params) const {
  const auto found = by_name_.find(statement.name);
  if (found == by_name_.end()) return nullptr;
  for (const Variant& variant : found->second) {
    if (fits(variant, statement, params)) return &variant.name;
  }
  return nullptr;
}

std::string PreparedStatements::freshName(const Statement& statement) {
  return std::string(statement.name) + "#" + std::to_string(++minted_);
}

void PreparedStatements::remember(const Statement& statement, const Params& params, std::string name) {
  by_name_[statement.name].push_back({std::move(name), statement.sql, params.oids()});
  ++size_;
}

std::vector<std::string> PreparedStatements::forget(const Statement& statement) {
  std::vector<std::string> names;
  const auto found = by_name_.find(statement.name);
  if (found == by_name_.end()) return names;
  for (Variant& variant : found->second) names.push_back(std::move(variant.name));
  size_ -= names.size();
  by_name_.erase(found);
  return names;
}

void PreparedStatements::clear() {
  by_name_.clear();
  size_ = 0;
}

}  // namespace belfry::pg
