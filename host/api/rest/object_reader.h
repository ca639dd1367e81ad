// Reads one JSON object field by field, strictly: every field that is wrong is reported with its pointer, value and
// what is allowed, and reading goes on, so that a client learns of all errors at once.
//
//   ObjectReader reader(json, "", errors);
//   auto name = reader.text("name", {.required = true, .most = 200});
//   auto priority = reader.word<Priority>("priority", parsePriority, allowedPriority());
//   reader.finish();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/problem_json.h"
#include "kit/json.h"
#include "kit/time.h"

namespace belfry {

struct TextRule {
  bool required = false;
  std::size_t least = 1;  ///< bytes
  std::size_t most = 200;
  bool (*valid)(std::string_view) = nullptr;  ///< nullptr: any text
  std::string_view form = {};                 ///< what `valid` wants, for people
};

struct JsonItem {
  const JsonValue* value;
  std::string pointer;
};

/// A value as it is shown in an error: texts and numbers as they are, `{…}` and `[…]` for the rest. At most 80 bytes.
std::string shown(const JsonValue& value);

/// One thread; `json` and `errors` must outlive it. A field that is absent or refused reads as empty or nullopt.
class ObjectReader {
 public:
  /// `json` is an object; `pointer` is where it lies in the body.
  ObjectReader(const JsonValue& json, std::string pointer, FieldErrors& errors);

  std::string text(std::string_view name, TextRule rule);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<TimePoint> time(std::string_view name);
  std::optional<Duration> duration(std::string_view name);
  template <class Word>
  std::optional<Word> word(std::string_view name, std::optional<Word> (*parse)(std::string_view) noexcept,
                           std::string_view allowed);
  std::optional<ObjectReader> object(std::string_view name);
  /// The items of a list, with their pointers.
  std::vector<JsonItem> items(std::string_view name, std::size_t most);
  /// Texts of a list, each once.
  std::vector<std::string> texts(std::string_view name, std::size_t most, TextRule each);
  /// An object that is kept as it is: its text, `{}` when absent. Depth and bytes of the text are limited.
  std::string opaque(std::string_view name, std::size_t most_bytes, std::size_t most_depth);

  /// Whether the field is there; asking makes it a known one.
  bool has(std::string_view name);
  const JsonValue* find(std::string_view name);
  /// Reports the field when it is absent.
  void require(std::string_view name, std::string_view allowed);
  void refuse(std::string_view name, FieldErrorCode code, std::string message, std::string allowed);
  /// Reports every field that nobody asked for.
  void finish();

  const JsonValue& json() const { return json_; }
  FieldErrors& errors() { return errors_; }
  const std::string& pointer() const { return pointer_; }
  std::string pointerTo(std::string_view name) const;

 private:
  const JsonValue* ofType(std::string_view name, bool (*is)(const JsonValue&), std::string_view wanted);
  bool checkText(const std::string& pointer, const JsonValue& value, const TextRule& rule);

  const JsonValue& json_;
  std::string pointer_;
  FieldErrors& errors_;
  std::vector<std::string_view> known_;
};

/// Reads an item of a list as an object; reports one that is none.
std::optional<ObjectReader> asObject(const JsonItem& item, FieldErrors& errors);

template <class Word>
std::optional<Word> ObjectReader::word(std::string_view name, std::optional<Word> (*parse)(std::string_view) noexcept,
                                       std::string_view allowed) {
  const auto* value = ofType(
      name, [](const JsonValue& v) { return v.IsString(); }, "a text");
  if (value == nullptr) return std::nullopt;
  auto parsed = parse(asView(*value));
  if (!parsed) refuse(name, FieldErrorCode::not_allowed, "is not one of the values allowed", std::string(allowed));
  return parsed;
}

}  // namespace belfry
