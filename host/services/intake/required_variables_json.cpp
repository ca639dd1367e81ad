#include "kit/json.h"
#include "services/intake/required_variables.h"

namespace belfry {
namespace {

bool has(const JsonValue& data, std::string_view name) {
  const JsonValue* at = &data;
  for (;;) {
    auto dot = name.find('.');
    auto part = name.substr(0, dot);
    if (!at->IsObject()) return false;
    auto member = at->FindMember(JsonValue(rapidjson::StringRef(part.data(), part.size())));
    if (member == at->MemberEnd() || member->value.IsNull()) return false;
    if (dot == std::string_view::npos) return true;
    at = &member->value;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

std::vector<std::string> missingVariables(std::string_view data_json, const std::vector<std::string>& required) {
  if (required.empty()) return {};
  auto data = parseJson(data_json);
  std::vector<std::string> missing;
  for (const auto& name : required)
    if (!data || !has(*data, name)) missing.push_back(name);
  return missing;
}

}  // namespace belfry
