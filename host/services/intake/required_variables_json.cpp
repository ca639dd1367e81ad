#include <algorithm>

#include "kit/json_members.h"
#include "services/intake/required_variables.h"

namespace belfry {
namespace {

using Members = std::optional<std::vector<JsonMember>>;

bool has(const Members& data, std::string_view name) {
  if (!data) return false;
  const auto dot = name.find('.');
  const auto member = std::find_if(data->begin(), data->end(),
                                   [part = name.substr(0, dot)](const JsonMember& m) { return m.name == part; });
  if (member == data->end() || member->value == "null") return false;
  return dot == std::string_view::npos || has(jsonMembers(member->value), name.substr(dot + 1));
}

}  // namespace

std::vector<std::string> missingVariables(std::string_view data_json, const std::vector<std::string>& required) {
  if (required.empty()) return {};
  const auto data = jsonMembers(data_json);
  std::vector<std::string> missing;
  for (const auto& name : required)
    if (!has(data, name)) missing.push_back(name);
  return missing;
}

}  // namespace belfry
