// JSON text on rapidjson: a strict reader with limits and a small streaming writer.
// rapidjson is the one JSON library of the hot path (ADR 0003); Poco::JSON is used for neither requests nor rows.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "kit/result.h"

namespace belfry {

using JsonDocument = rapidjson::Document;
using JsonValue = rapidjson::Value;

struct JsonError {
  std::size_t offset;   ///< byte offset in the text where reading stopped
  std::string message;  ///< what is wrong, for people
};

struct JsonLimits {
  std::size_t max_depth = 64;  ///< objects and arrays within each other
};

/// Parses one complete JSON text (RFC 8259). Refused with an offset: invalid UTF-8, a byte order mark, unpaired
/// surrogate escapes, NUL bytes or \u0000 in strings (PostgreSQL text cannot hold it), duplicate member names, depth
/// over the limit, numbers too large or too small for a double, trailing text. The document owns its strings; `text`
/// may go away.
Result<JsonDocument, JsonError> parseJson(std::string_view text, JsonLimits limits = {});

inline std::string_view asView(const JsonValue& string) { return {string.GetString(), string.GetStringLength()}; }

/// The value at a JSON pointer (RFC 6901, "" is `root` itself); nullptr when there is none, or the pointer is none.
const JsonValue* jsonAt(const JsonValue& root, std::string_view pointer);

/// Compact text of a value.
std::string toJsonText(const JsonValue& value);

/// Appends compact JSON: JsonWriter w; w.object([&]{ w.member("id", id); }); w.take().
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}
  JsonWriter(const JsonWriter&) = delete;  // writer_ points to buffer_
  JsonWriter& operator=(const JsonWriter&) = delete;

  template <class Body>
  void object(Body&& body) {
    writer_.StartObject();
    body();
    writer_.EndObject();
  }
  template <class Body>
  void array(Body&& body) {
    writer_.StartArray();
    body();
    writer_.EndArray();
  }
  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  template <class Body>
  void memberObject(std::string_view name, Body&& body) {
    key(name);
    object(std::forward<Body>(body));
  }
  template <class Body>
  void memberArray(std::string_view name, Body&& body) {
    key(name);
    array(std::forward<Body>(body));
  }

  void value(std::string_view text) { writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size())); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool flag) { writer_.Bool(flag); }
  /// JSON has no NaN and no infinity: they become null.
  void value(double number) { std::isfinite(number) ? writer_.Double(number) : writer_.Null(); }
  void value(std::nullptr_t) { writer_.Null(); }
  void value(const JsonValue& json) { json.Accept(writer_); }
  template <std::integral I>
  void value(I number) {
    if constexpr (std::is_unsigned_v<I>) writer_.Uint64(number);
    else writer_.Int64(number);
  }
  template <class T>
  void value(const std::optional<T>& maybe) {
    if (maybe) value(*maybe);
    else writer_.Null();
  }
  template <class T>
  void member(std::string_view name, const T& v) {
    key(name);
    value(v);
  }
  /// Inserts text that is already valid JSON.
  void rawMember(std::string_view name, std::string_view json) {
    key(name);
    rawValue(json);
  }
  void rawValue(std::string_view json) { writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType); }

  /// The text written so far; for a complete text call it once, at the end.
  std::string take() { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace belfry
