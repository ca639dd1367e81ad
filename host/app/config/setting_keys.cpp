#include "app/config/setting_keys.h"

#include <algorithm>
#include <stdexcept>

#include "adapters/jsonschema/schema_walk.h"
#include "kit/json.h"

namespace belfry {
namespace embedded {
extern const std::string_view kConfigSchema;
}

namespace {

bool hasMark(const JsonValue& schema, std::string_view name) {
  const JsonValue* mark = schema::keyword(schema, name);
  return mark && mark->IsTrue();
}

SettingType typeOf(const JsonValue& schema) {
  const JsonValue* type = schema::keyword(schema, "type");
  const std::string_view name = type ? asView(*type) : "string";  // an enum has no type: its words are text
  if (name == "integer" || name == "number") return SettingType::number;
  if (name == "boolean") return SettingType::flag;
  return name == "array" ? SettingType::list : SettingType::text;
}

void collect(const JsonValue& root, const JsonValue& schema, const std::string& name, const std::string& pointer,
             std::vector<SettingKey>& keys) {
  const JsonValue* properties = schema::keyword(schema, "properties");
  if (!properties) {
    keys.push_back({name, pointer, typeOf(schema), hasMark(schema, "x-reload"), hasMark(schema, "x-path"),
                    hasMark(schema, "x-secret")});
    return;
  }
  for (const auto& member : properties->GetObject()) {
    const std::string step(asView(member.name));
    const JsonValue* child = schema::resolveReference(root, member.value);
    collect(root, *child, name.empty() ? step : name + "." + step, pointer + "/" + step, keys);
  }
}

// A fault in the compiled-in schema is a fault of the build, not of the user.
SettingCatalogue load() {
  auto schema = JsonSchema::compile(embedded::kConfigSchema);
  if (!schema) throw std::logic_error("belfry.schema.json: " + schema.error());
  const auto document = parseJson(embedded::kConfigSchema);
  std::vector<SettingKey> keys;
  collect(*document, *document, "", "", keys);
  return {std::move(*schema), std::move(keys)};
}

}  // namespace

const SettingKey* SettingCatalogue::find(std::string_view name) const {
  const auto found = std::ranges::find(keys, name, &SettingKey::name);
  return found == keys.end() ? nullptr : &*found;
}

bool SettingCatalogue::isSection(std::string_view name) const {
  const std::string prefix = std::string(name) + ".";
  return std::ranges::any_of(keys, [&](const SettingKey& key) { return key.name.starts_with(prefix); });
}

std::vector<std::string> SettingCatalogue::names() const {
  std::vector<std::string> all;
  for (const SettingKey& key : keys) all.push_back(key.name);
  return all;
}

const SettingCatalogue& settingCatalogue() {
  static const SettingCatalogue catalogue = load();
  return catalogue;
}

}  // namespace belfry
