#include "api/rest/object_reader.h"

#include <algorithm>

#include "api/rest/json_place.h"
#include "api/rest/nearest_name.h"

namespace belfry {
namespace {

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

std::size_t depthOf(const JsonValue& value) {
  std::size_t deepest = 0;
  if (value.IsObject())
    for (const auto& member : value.GetObject()) deepest = std::max(deepest, depthOf(member.value));
  else if (value.IsArray())
    for (const auto& item : value.GetArray()) deepest = std::max(deepest, depthOf(item));
  else return 0;
  return deepest + 1;
}

std::string bytes(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace

std::string shown(const JsonValue& value) {
  if (value.IsString()) return shorten(asView(value));
  if (value.IsObject()) return value.MemberCount() == 0 ? "{}" : "{…}";
  if (value.IsArray()) return value.Empty() ? "[]" : "[…]";
  return toJsonText(value);
}

ObjectReader::ObjectReader(const JsonValue& json, std::string pointer, FieldErrors& errors)
    : json_(json), pointer_(std::move(pointer)), errors_(errors) {}

std::string ObjectReader::pointerTo(std::string_view name) const { return pointer_ + "/" + escapeToken(name); }

const JsonValue* ObjectReader::find(std::string_view name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.push_back(name);
  const auto found = json_.FindMember(JsonValue(rapidjson::StringRef(name.data(), name.size())));
  return found == json_.MemberEnd() ? nullptr : &found->value;
}

bool ObjectReader::has(std::string_view name) { return find(name) != nullptr; }

void ObjectReader::refuse(std::string_view name, FieldErrorCode code, std::string message, std::string allowed) {
  const auto* value = find(name);
  errors_.push_back(
      {pointerTo(name), code, std::move(message), value ? shown(*value) : std::string(), std::move(allowed)});
}

void ObjectReader::require(std::string_view name, std::string_view allowed) {
  if (!has(name)) refuse(name, FieldErrorCode::required, "is missing", std::string(allowed));
}

const JsonValue* ObjectReader::ofType(std::string_view name, bool (*is)(const JsonValue&), std::string_view wanted) {
  const auto* value = find(name);
  if (value == nullptr || is(*value)) return value;
  refuse(name, FieldErrorCode::wrong_type, "is not " + std::string(wanted), std::string(wanted));
  return nullptr;
}

bool ObjectReader::checkText(const std::string& pointer, const JsonValue& value, const TextRule& rule) {
  auto refused = [&](FieldErrorCode code, std::string message, std::string allowed) {
    errors_.push_back({pointer, code, std::move(message), shown(value), std::move(allowed)});
    return false;
  };
  const auto allowed = std::to_string(rule.least) + " to " + bytes(rule.most);
  if (!value.IsString()) return refused(FieldErrorCode::wrong_type, "is not a text", "a text");
  const auto given = asView(value);
  if (given.size() > rule.most)
    return refused(FieldErrorCode::too_long, "is " + bytes(given.size()) + " long", allowed);
  if (given.size() < rule.least) return refused(FieldErrorCode::too_short, "is too short", allowed);
  if (rule.valid && !rule.valid(given)) {
    return refused(FieldErrorCode::malformed, "is not in the form wanted", std::string(rule.form));
  }
  return true;
}

std::string ObjectReader::text(std::string_view name, TextRule rule) {
  const auto* value = find(name);
  if (value == nullptr) {
    if (rule.required) require(name, rule.form.empty() ? "a text" : rule.form);
    return {};
  }
  return checkText(pointerTo(name), *value, rule) ? std::string(asView(*value)) : std::string();
}

std::optional<bool> ObjectReader::flag(std::string_view name) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsBool(); }, "true or false");
  return value ? std::optional<bool>(value->GetBool()) : std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto allowed = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsNumber(); }, allowed);
  if (value == nullptr) return std::nullopt;
  if (value->IsInt64() && value->GetInt64() >= least && value->GetInt64() <= most) return value->GetInt64();
  const bool whole = value->IsInt64() || value->IsUint64();
  refuse(name, whole ? FieldErrorCode::out_of_range : FieldErrorCode::wrong_type,
         whole ? "is out of range" : "is not a whole number", allowed);
  return std::nullopt;
}

std::optional<TimePoint> ObjectReader::time(std::string_view name) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsString(); }, "a text");
  if (value == nullptr) return std::nullopt;
  auto parsed = parseRfc3339(asView(*value));
  if (!parsed) {
    refuse(name, FieldErrorCode::malformed, "is not a time with its offset", "RFC 3339, e.g. 2026-12-01T09:00:00Z");
  }
  return parsed;
}

std::optional<Duration> ObjectReader::duration(std::string_view name) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsString(); }, "a text");
  if (value == nullptr) return std::nullopt;
  auto parsed = parseIsoDuration(asView(*value));
  if (!parsed)
    refuse(name, FieldErrorCode::malformed, "is not a duration", "ISO 8601 without years and months, e.g. PT10M");
  return parsed;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsObject(); }, "an object");
  if (value == nullptr) return std::nullopt;
  return ObjectReader(*value, pointerTo(name), errors_);
}

std::vector<JsonItem> ObjectReader::items(std::string_view name, std::size_t most) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsArray(); }, "a list");
  std::vector<JsonItem> items;
  if (value == nullptr) return items;
  if (value->Size() > most) {
    refuse(name, FieldErrorCode::too_many, "has " + std::to_string(value->Size()) + " items",
           "at most " + std::to_string(most) + " items");
    return items;
  }
  for (const auto& item : value->GetArray())
    items.push_back({&item, pointerTo(name) + "/" + std::to_string(items.size())});
  return items;
}

std::vector<std::string> ObjectReader::texts(std::string_view name, std::size_t most, TextRule each) {
  std::vector<std::string> found;
  for (const auto& item : items(name, most)) {
    if (!checkText(item.pointer, *item.value, each)) continue;
    std::string text(asView(*item.value));
    if (std::find(found.begin(), found.end(), text) != found.end()) {
      errors_.push_back({item.pointer, FieldErrorCode::duplicate, "is there twice", shown(*item.value), "each once"});
    }
    found.push_back(std::move(text));
  }
  return found;
}

std::string ObjectReader::opaque(std::string_view name, std::size_t most_bytes, std::size_t most_depth) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsObject(); }, "an object");
  if (value == nullptr) return "{}";
  if (depthOf(*value) > most_depth) {
    refuse(name, FieldErrorCode::too_deep, "is nested too deeply",
           "at most " + std::to_string(most_depth) + " objects and arrays within each other");
    return "{}";
  }
  auto text = toJsonText(*value);
  if (text.size() <= most_bytes) return text;
  refuse(name, FieldErrorCode::too_large, "is " + bytes(text.size()) + " of JSON", "at most " + bytes(most_bytes));
  return "{}";
}

void ObjectReader::finish() {
  for (const auto& member : json_.GetObject()) {
    const auto name = asView(member.name);
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto nearest = nearestName(name, known_);
    auto message = "there is no field '" + shorten(name) + "'" +
                   (nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?");
    errors_.push_back({pointer_ + "/" + escapeToken(shorten(name)), FieldErrorCode::unknown_field, std::move(message),
                       shown(member.value), known_.empty() ? "no fields" : listed(known_)});
  }
}

std::optional<ObjectReader> asObject(const JsonItem& item, FieldErrors& errors) {
  if (item.value->IsObject()) return ObjectReader(*item.value, item.pointer, errors);
  errors.push_back({item.pointer, FieldErrorCode::wrong_type, "is not an object", shown(*item.value), "an object"});
  return std::nullopt;
}

}  // namespace belfry
