// JSON text on rapidjson: a strict reader with limits and a small streaming writer.
// rapidjson is the one JSON library of the hot path (ADR 0003); Poco::JSON is used for neither requests nor rows.
#pragma once

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kit/result.h"

namespace belfry {

using JsonValue = rapidjson::Value;

/// A base of JsonDocument, so that it is made before the document and goes after it.
struct JsonMemory {
  using Pool = rapidjson::MemoryPoolAllocator<>;

  explicit JsonMemory(std::size_t text_size)
      : pool(std::make_unique<Pool>(std::min<std::size_t>(kLeast + 2 * text_size, kMost))) {}

  static constexpr std::size_t kLeast = 256, kMost = 64 * 1024;  // a piece at a time
  std::unique_ptr<Pool> pool;
};

/// rapidjson's document with memory that fits the text. By itself it takes 64 KiB for the smallest one, and memory of
/// that size is what malloc is slow to give and slower to take back.
class JsonDocument : private JsonMemory, public rapidjson::Document {
 public:
  JsonDocument() : JsonDocument(rapidjson::kNullType) {}
  explicit JsonDocument(std::size_t text_size) : JsonDocument(rapidjson::kNullType, text_size) {}
  explicit JsonDocument(rapidjson::Type type, std::size_t text_size = 0)
      : JsonMemory(text_size), rapidjson::Document(type, JsonMemory::pool.get()) {}

  void Swap(rapidjson::Document& other) = delete;  // the memory would stay behind
};

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

/// Appends compact JSON: JsonWriter w; w.object([&]{ w.member("id", id); }); w.take(). Text goes in by runs: what needs
/// no escape is copied as a whole.
class JsonWriter {
 public:
  JsonWriter() = default;
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  template <class Body>
  void object(Body&& body) {
    open('{');
    body();
    close('}');
  }
  template <class Body>
  void array(Body&& body) {
    open('[');
    body();
    close(']');
  }
  void key(std::string_view name) {
    value(name);
    text_ += ':';
    fresh_ = true;
  }
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

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(bool flag) { rawValue(flag ? "true" : "false"); }
  /// JSON has no NaN and no infinity: they become null.
  void value(double number);
  void value(std::nullptr_t) { rawValue("null"); }
  void value(const JsonValue& json);
  template <std::integral I>
  void value(I number) {
    char digits[24];  // 20 for the longest
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    rawValue({digits, static_cast<std::size_t>(end - digits)});
  }
  template <class T>
  void value(const std::optional<T>& maybe) {
    if (maybe) value(*maybe);
    else value(nullptr);
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
  void rawValue(std::string_view json) {
    comma();
    text_ += json;
  }

  /// Makes room for a text of about this size, where that is known.
  void reserve(std::size_t size) { text_.reserve(size); }
  /// The text written so far; for a complete text call it once, at the end.
  std::string take() { return std::exchange(text_, std::string()); }

 private:
  void open(char bracket) {
    comma();
    text_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    fresh_ = false;
  }
  void comma() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }

  std::string text_;
  bool fresh_ = true;  // nothing stands before the next value that a comma would have to part
};

}  // namespace belfry
