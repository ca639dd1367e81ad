#include "app/config/setting_layer.h"

#include <algorithm>

#include "adapters/jsonschema/nearest_word.h"
#include "adapters/jsonschema/schema_walk.h"
#include "app/config/yaml_document.h"
#include "kit/json.h"

#include <rapidjson/pointer.h>

namespace belfry {
namespace embedded {
extern const std::string_view kDefaultConfig;
}

namespace {

using Errors = std::vector<ConfigError>;

// ---- text documents: the defaults and the file ----------------------------------------------------------------------

// `http:` with every line below it commented out is an empty section, not a wrong value.
bool isEmptySection(const SettingCatalogue& catalogue, const SchemaViolation& violation) {
  return violation.code == FieldErrorCode::wrong_type && violation.value == "null" &&
         catalogue.isSection(keyOfPointer(violation.pointer));
}

// A key in the wrong section is most often right in another one.
std::string withNearestKey(const SettingCatalogue& catalogue, const SchemaViolation& violation) {
  if (violation.code != FieldErrorCode::unknown_field || violation.message.find("did you mean") != std::string::npos)
    return violation.message;
  const auto meant = nearestWord(keyOfPointer(violation.pointer), catalogue.names());
  return meant ? violation.message + "; did you mean \"" + *meant + "\"?" : violation.message;
}

Errors errorsOf(const SettingCatalogue& catalogue, const YamlDocument& document) {
  Errors errors;
  for (SchemaViolation& violation : catalogue.schema.check(document.json())) {
    if (isEmptySection(catalogue, violation)) continue;
    violation.message = withNearestKey(catalogue, violation);
    errors.push_back(toConfigError(violation, document.sourceOf(violation.pointer)));
  }
  return errors;
}

SettingLayer valuesOf(const SettingCatalogue& catalogue, const YamlDocument& document) {
  SettingLayer layer;
  const auto json = parseJson(document.json());
  for (const SettingKey& key : catalogue.keys) {
    const JsonValue* value = rapidjson::Pointer(key.pointer.c_str(), key.pointer.size()).Get(*json);
    if (value) layer[key.name] = {toJsonText(*value), document.sourceOf(key.pointer)};
  }
  return layer;
}

LayerResult textLayer(const SettingCatalogue& catalogue, std::string_view text, const std::string& source) {
  const auto document = YamlDocument::parse(text, source);
  if (!document) return failure(Errors{document.error()});
  Errors errors = errorsOf(catalogue, *document);
  if (!errors.empty()) return failure(std::move(errors));
  return valuesOf(catalogue, *document);
}

// ---- single values: the environment and the flags -------------------------------------------------------------------

std::string jsonString(std::string_view text) {
  JsonWriter writer;
  writer.value(text);
  return writer.take();
}

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t") - from + 1));
}

std::string commaList(std::string_view text) {
  JsonWriter writer;
  writer.array([&] {
    while (!text.empty()) {
      const std::string_view item = text.substr(0, text.find(','));
      writer.value(std::string_view(trimmed(item)));
      text.remove_prefix(std::min(item.size() + 1, text.size()));
    }
  });
  return writer.take();
}

// Text stays as it is typed; everything else is read as YAML, and what is no YAML is refused by the schema as text.
std::string jsonOf(const SettingKey& key, const std::string& text) {
  if (key.type == SettingType::text) return jsonString(text);
  if (key.type == SettingType::list && !trimmed(text).starts_with('[')) return commaList(trimmed(text));
  const auto yaml = YamlDocument::parse("value: " + text, "");
  constexpr std::size_t kWrapping = 9;  // {"value":
  return yaml ? yaml->json().substr(kWrapping, yaml->json().size() - kWrapping - 1) : jsonString(text);
}

// {"http":{"port":80}} of /http/port and 80.
std::string nested(const SettingKey& key, const std::string& json) {
  JsonDocument document;
  document.SetObject();
  JsonDocument value;
  value.Parse(json.data(), json.size());
  rapidjson::Pointer(key.pointer.c_str(), key.pointer.size()).Set(document, value);
  return toJsonText(document);
}

ConfigError unknownKey(const SettingCatalogue& catalogue, const std::string& name, const std::string& text,
                       const std::string& source) {
  const auto meant = nearestWord(name, catalogue.names());
  const std::string hint = meant ? "; did you mean \"" + *meant + "\"?" : "";
  const std::string kind = catalogue.isSection(name) ? "is a section, not a key" : "unknown key \"" + name + "\"";
  return {name, jsonString(text), "a key of config/default.yaml", source, kind + hint};
}

void addValue(const SettingCatalogue& catalogue, const std::string& name, const std::string& text,
              const std::string& source, SettingLayer& layer, Errors& errors) {
  const SettingKey* key = catalogue.find(name);
  if (!key) {
    errors.push_back(unknownKey(catalogue, name, text, source));
    return;
  }
  const std::string json = jsonOf(*key, text);
  for (const SchemaViolation& violation : catalogue.schema.check(nested(*key, json)))
    errors.push_back(toConfigError(violation, source));
  layer[name] = {json, source};
}

// BELFRY__HTTP__PORT → http.port
std::string keyOfVariable(std::string_view name) {
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool separator = name.substr(i, 2) == "__";
    key += separator ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    if (separator) ++i;
  }
  return key;
}

constexpr std::string_view kVariablePrefix = "belfry.";  // what BELFRY__ becomes

LayerResult finished(SettingLayer layer, Errors errors) {
  if (!errors.empty()) return failure(std::move(errors));
  return layer;
}

}  // namespace

LayerResult defaultLayer(const SettingCatalogue& catalogue) {
  auto layer = textLayer(catalogue, embedded::kDefaultConfig, "default.yaml");
  if (!layer) return layer;
  for (auto& [name, value] : *layer) value.source = "default";
  return layer;
}

LayerResult fileLayer(const SettingCatalogue& catalogue, const std::filesystem::path& file) {
  const auto text = readConfigFile(file);
  if (!text) return failure(Errors{text.error()});
  auto layer = textLayer(catalogue, *text, file.string());
  if (!layer) return layer;
  for (const SettingKey& key : catalogue.keys) {
    const auto found = layer->find(key.name);
    if (!key.path || found == layer->end() || found->second.json == "\"\"") continue;
    const auto json = parseJson(found->second.json);
    const std::filesystem::path path(asView(*json));
    if (path.is_relative())
      found->second.json =
          jsonString((std::filesystem::absolute(file).parent_path() / path).lexically_normal().string());
  }
  return layer;
}

LayerResult environmentLayer(const SettingCatalogue& catalogue,
                             const std::vector<std::pair<std::string, std::string>>& environment) {
  SettingLayer layer;
  Errors errors;
  for (const auto& [variable, text] : environment) {
    const std::string key = keyOfVariable(variable);
    if (!key.starts_with(kVariablePrefix)) continue;
    addValue(catalogue, key.substr(kVariablePrefix.size()), text, "environment " + variable, layer, errors);
  }
  return finished(std::move(layer), std::move(errors));
}

LayerResult flagLayer(const SettingCatalogue& catalogue, const std::vector<FlagSetting>& flags) {
  SettingLayer layer;
  Errors errors;
  for (const FlagSetting& flag : flags) addValue(catalogue, flag.key, flag.text, "flag " + flag.flag, layer, errors);
  return finished(std::move(layer), std::move(errors));
}

}  // namespace belfry
