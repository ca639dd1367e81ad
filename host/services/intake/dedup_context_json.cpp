#include <algorithm>

#include "kit/json.h"
#include "services/intake/dedup_rules.h"

namespace belfry {
namespace {

const JsonValue* memberOf(const JsonValue& data, std::string_view name) {
  const JsonValue* at = &data;
  for (;;) {
    auto dot = name.find('.');
    auto part = name.substr(0, dot);
    if (!at->IsObject()) return nullptr;
    auto member = at->FindMember(JsonValue(rapidjson::StringRef(part.data(), part.size())));
    if (member == at->MemberEnd() || member->value.IsNull()) return nullptr;
    if (dot == std::string_view::npos) return &member->value;
    at = &member->value;
    name.remove_prefix(dot + 1);
  }
}

/// Members of objects by name, so that their order does not matter.
void writeOrdered(JsonWriter& json, const JsonValue& value) {
  if (value.IsArray()) {
    return json.array([&] {
      for (const auto& item : value.GetArray()) writeOrdered(json, item);
    });
  }
  if (!value.IsObject()) return json.value(value);
  std::vector<const JsonValue::Member*> members;
  for (const auto& member : value.GetObject()) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return asView(a->name) < asView(b->name); });
  json.object([&] {
    for (const auto* member : members) {
      json.key(asView(member->name));
      writeOrdered(json, member->value);
    }
  });
}

std::string orderedText(const JsonValue& value) {
  JsonWriter json;
  writeOrdered(json, value);
  return json.take();
}

}  // namespace

std::string dedupContext(std::string_view data_json, const std::vector<std::string>& names) {
  const auto data = parseJson(data_json);
  if (!data) return std::string(data_json);
  std::string text;
  for (const auto& name : names)
    if (const auto* value = memberOf(*data, name)) text += name + "=" + orderedText(*value) + "\n";
  return text.empty() ? orderedText(*data) : text;
}

}  // namespace belfry
