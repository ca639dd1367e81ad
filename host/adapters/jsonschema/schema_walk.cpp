#include "adapters/jsonschema/schema_walk.h"

#include <rapidjson/pointer.h>

#include <charconv>
#include <optional>
#include <regex>

namespace belfry::schema {
namespace {

const JsonValue* childByName(const JsonValue& root, const JsonValue& schema, const std::string& name) {
  if (const JsonValue* properties = keyword(schema, "properties")) {
    if (const JsonValue* found = keyword(*properties, name)) return resolveReference(root, *found);
  }
  if (const JsonValue* patterns = keyword(schema, "patternProperties"); patterns && patterns->IsObject()) {
    for (const auto& member : patterns->GetObject()) {
      if (std::regex_search(name, std::regex(std::string(asView(member.name)))))
        return resolveReference(root, member.value);
    }
  }
  const JsonValue* rest = keyword(schema, "additionalProperties");
  return rest && rest->IsObject() ? resolveReference(root, *rest) : nullptr;
}

std::optional<rapidjson::SizeType> asIndex(const std::string& step) {
  rapidjson::SizeType index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return index;
}

const JsonValue* childByIndex(const JsonValue& root, const JsonValue& schema, const std::string& step) {
  const JsonValue* items = keyword(schema, "items");
  const auto index = asIndex(step);
  if (!items || !index) return nullptr;
  if (items->IsObject()) return resolveReference(root, *items);
  if (items->IsArray() && *index < items->Size()) return resolveReference(root, (*items)[*index]);
  return nullptr;
}

// The fragment form of rapidjson's Pointer wants even `$` percent-encoded, which nobody writes; the plain form does
// not.
const JsonValue* pointedAt(const JsonValue& root, std::string_view reference) {
  if (!reference.starts_with('#')) return nullptr;
  const rapidjson::Pointer pointer(reference.data() + 1, reference.size() - 1);
  return pointer.IsValid() ? pointer.Get(root) : nullptr;
}

}  // namespace

const JsonValue* keyword(const JsonValue& schema, std::string_view name) {
  if (!schema.IsObject()) return nullptr;
  const auto found = schema.FindMember(JsonValue(rapidjson::StringRef(name.data(), name.size())));
  return found == schema.MemberEnd() ? nullptr : &found->value;
}

const JsonValue* resolveReference(const JsonValue& root, const JsonValue& schema) {
  constexpr int kLongestChain = 32;
  const JsonValue* at = &schema;
  for (int hops = 0; at && hops < kLongestChain; ++hops) {
    const JsonValue* reference = keyword(*at, "$ref");
    if (!reference || !reference->IsString()) return at;
    at = pointedAt(root, asView(*reference));
  }
  return nullptr;
}

const JsonValue* childSchema(const JsonValue& root, const JsonValue& schema, const std::string& step) {
  if (const JsonValue* child = childByName(root, schema, step)) return child;
  if (const JsonValue* child = childByIndex(root, schema, step)) return child;
  if (const JsonValue* parts = keyword(schema, "allOf"); parts && parts->IsArray()) {
    for (const JsonValue& part : parts->GetArray()) {
      const JsonValue* resolved = resolveReference(root, part);
      if (const JsonValue* child = resolved ? childSchema(root, *resolved, step) : nullptr) return child;
    }
  }
  return nullptr;
}

const JsonValue* schemaAt(const JsonValue& root, const Path& path) {
  const JsonValue* at = resolveReference(root, root);
  for (const std::string& step : path) {
    if (!at) return nullptr;
    at = childSchema(root, *at, step);
  }
  return at;
}

const JsonValue* valueAt(const JsonValue& document, const Path& path) {
  const JsonValue* at = &document;
  for (const std::string& step : path) {
    if (at->IsArray()) {
      const auto index = asIndex(step);
      at = index && *index < at->Size() ? &(*at)[*index] : nullptr;
    } else {
      at = keyword(*at, step);
    }
    if (!at) return nullptr;
  }
  return at;
}

std::vector<std::string> propertyNames(const JsonValue& root, const JsonValue& schema) {
  std::vector<std::string> names;
  if (const JsonValue* properties = keyword(schema, "properties"); properties && properties->IsObject()) {
    for (const auto& member : properties->GetObject()) names.emplace_back(asView(member.name));
  }
  if (const JsonValue* parts = keyword(schema, "allOf"); parts && parts->IsArray()) {
    for (const JsonValue& part : parts->GetArray()) {
      const JsonValue* resolved = resolveReference(root, part);
      if (!resolved) continue;
      for (std::string& name : propertyNames(root, *resolved)) names.push_back(std::move(name));
    }
  }
  return names;
}

std::string pointerOf(const Path& path) {
  std::string pointer;
  for (const std::string& step : path) {
    pointer += '/';
    for (const char c : step) {
      if (c == '~') pointer += "~0";
      else if (c == '/') pointer += "~1";
      else pointer += c;
    }
  }
  return pointer;
}

}  // namespace belfry::schema
