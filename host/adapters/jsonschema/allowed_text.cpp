#include "adapters/jsonschema/allowed_text.h"

#include "adapters/jsonschema/schema_walk.h"

namespace belfry::schema {
namespace {

std::string word(const JsonValue& value) { return value.IsString() ? std::string(asView(value)) : toJsonText(value); }

std::string joined(const JsonValue& list, std::string_view separator) {
  std::string text;
  for (const JsonValue& value : list.GetArray()) {
    if (!text.empty()) text += separator;
    text += word(value);
  }
  return text;
}

// "from 1 to 5", "at least 1", "at most 5" or nothing, by whichever of the two keywords is there.
std::string range(const JsonValue& schema, std::string_view least, std::string_view most) {
  const JsonValue* low = keyword(schema, least);
  const JsonValue* high = keyword(schema, most);
  if (low && high) return "from " + toJsonText(*low) + " to " + toJsonText(*high);
  if (low) return "at least " + toJsonText(*low);
  if (high) return "at most " + toJsonText(*high);
  return {};
}

std::string exclusiveRange(const JsonValue& schema) {
  std::string text;
  if (const JsonValue* low = keyword(schema, "exclusiveMinimum")) text += " over " + toJsonText(*low);
  if (const JsonValue* high = keyword(schema, "exclusiveMaximum")) text += " under " + toJsonText(*high);
  return text;
}

std::string numberText(const JsonValue& schema) {
  const std::string limits = range(schema, "minimum", "maximum");
  return (limits.empty() ? "" : " " + limits) + exclusiveRange(schema);
}

std::string stringText(const JsonValue& schema) {
  std::string text;
  if (const std::string length = range(schema, "minLength", "maxLength"); !length.empty())
    text += " of " + length + " characters";
  if (const JsonValue* pattern = keyword(schema, "pattern")) text += " like " + word(*pattern);
  return text;
}

std::string listText(const JsonValue& root, const JsonValue& schema) {
  std::string text;
  if (const std::string count = range(schema, "minItems", "maxItems"); !count.empty())
    text += " of " + count + " items";
  const JsonValue* items = keyword(schema, "items");
  const JsonValue* item = items && items->IsObject() ? resolveReference(root, *items) : nullptr;
  return item ? text + ", each " + allowedBy(root, *item) : text;
}

std::string objectText(const JsonValue& root, const JsonValue& schema) {
  std::string names;
  for (const std::string& name : propertyNames(root, schema)) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "" : " with " + names;
}

std::string alternatives(const JsonValue& root, const JsonValue& list) {
  std::string text;
  for (const JsonValue& branch : list.GetArray()) {
    const JsonValue* resolved = resolveReference(root, branch);
    if (resolved) text += (text.empty() ? "" : ", or ") + allowedBy(root, *resolved);
  }
  return text;
}

std::string typeText(const JsonValue& root, const JsonValue& schema) {
  const JsonValue* type = keyword(schema, "type");
  if (!type) return {};
  if (type->IsArray()) return joined(*type, " or ") + numberText(schema) + stringText(schema);
  std::string name = word(*type);
  if (name == "integer" || name == "number") return name + numberText(schema);
  if (name == "string") return name + stringText(schema);
  if (name == "array") return "list" + listText(root, schema);
  if (name == "object") return name + objectText(root, schema);
  if (name == "boolean") return "true or false";
  return name;
}

}  // namespace

std::string allowedBy(const JsonValue& root, const JsonValue& schema) {
  if (const JsonValue* phrase = keyword(schema, "x-allowed")) return word(*phrase);
  if (const JsonValue* list = keyword(schema, "enum"); list && list->IsArray()) return "one of " + joined(*list, ", ");
  if (const JsonValue* only = keyword(schema, "const")) return word(*only);
  for (const char* combinator : {"oneOf", "anyOf"}) {
    if (const JsonValue* list = keyword(schema, combinator); list && list->IsArray()) return alternatives(root, *list);
  }
  return typeText(root, schema);
}

}  // namespace belfry::schema
