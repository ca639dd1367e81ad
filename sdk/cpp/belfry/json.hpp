// JSON for plugins: read a text once, look at it through small views. Needs the standard library only (C++17).
//
//   belfry::JsonDom dom;
//   if (!dom.parse(text)) return report(dom.error().offset, dom.error().message);
//   std::string_view city = dom.root()["address"]["city"].asString("unknown");
//   for (belfry::Json item : dom.root()["items"].elements()) …
//   for (auto [name, value] : dom.root().members()) …
//
// Design: values lie in one array in the order of the text, 16 bytes each; a container knows how many nodes it spans,
// so a reader steps over what it does not want. Strings without escapes and all numbers point into the text, hence a
// number keeps the digits it was written with ("1.10" stays "1.10"). Objects of more than kJsonLinearMembers members
// carry a sorted index behind their members. A hash index would be faster to build but open to chosen collisions.
#pragma once

#include <belfry/json_node.hpp>
#include <belfry/json_parser.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace belfry {

class JsonElements;
class JsonMembers;

/// A view of one value, or of nothing (a missing member). Copy it freely; valid as long as its JsonDom is neither
/// destroyed nor parses again, and the text lives. Reading never throws and never changes anything: any thread.
class Json {
 public:
  constexpr Json() noexcept = default;
  explicit constexpr Json(const JsonNode* node) noexcept : node_(node) {}

  /// False for what was not there: a member or element that does not exist.
  bool exists() const noexcept { return node_ != nullptr; }
  bool isNull() const noexcept { return is(JsonKind::null); }
  bool isBool() const noexcept { return is(JsonKind::yes) || is(JsonKind::no); }
  bool isNumber() const noexcept { return is(JsonKind::number); }
  bool isString() const noexcept { return is(JsonKind::string); }
  bool isArray() const noexcept { return is(JsonKind::array); }
  bool isObject() const noexcept { return is(JsonKind::object); }

  /// The text of a string, else the fallback. UTF-8; may hold NUL (\u0000).
  std::string_view asString(std::string_view fallback = {}) const noexcept { return isString() ? text() : fallback; }
  bool asBool(bool fallback = false) const noexcept { return isBool() ? is(JsonKind::yes) : fallback; }
  /// The number as it stands in the text, e.g. "1.10" or "1e2"; empty when this is none.
  std::string_view numberText() const noexcept { return isNumber() ? text() : std::string_view(); }
  /// The number when it is written as an integer and fits; else nothing.
  std::optional<std::int64_t> asInt() const noexcept { return read<std::int64_t>(); }
  /// The nearest double; nothing when this is no number or out of range.
  std::optional<double> asDouble() const noexcept { return read<double>(); }

  /// Elements of an array or members of an object; 0 for everything else.
  std::size_t size() const noexcept { return isArray() || isObject() ? node_->size : 0; }
  /// The member of that name, or nothing.
  Json operator[](std::string_view name) const noexcept {
    return isObject() ? Json(findJsonMember(node_, name)) : Json();
  }
  /// The element at that place, or nothing. Steps over the ones before: iterate with elements() instead of counting.
  Json operator[](std::size_t place) const noexcept;
  /// The elements of an array; no elements for everything else.
  JsonElements elements() const noexcept;
  /// The members of an object in the order of the text, as {name, value}; none for everything else.
  JsonMembers members() const noexcept;

  /// For walking an array by hand: its first element (the array must not be empty), and the element behind this one
  /// (this must be an element and not the last).
  Json firstElement() const noexcept { return Json(node_ + 1); }
  Json nextElement() const noexcept { return Json(node_ + node_->skip); }

 private:
  bool is(JsonKind kind) const noexcept { return node_ && node_->kind == static_cast<std::uint32_t>(kind); }
  std::string_view text() const noexcept { return {node_->text, node_->size}; }

  template <class T>
  std::optional<T> read() const noexcept {
    T value{};
    const std::string_view digits = numberText();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  }

  const JsonNode* node_ = nullptr;
};

class JsonElements {
 public:
  class iterator {
   public:
    iterator(Json at, std::size_t left) noexcept : at_(at), left_(left) {}
    Json operator*() const noexcept { return at_; }
    iterator& operator++() noexcept {
      if (--left_) at_ = at_.nextElement();
      return *this;
    }
    bool operator!=(const iterator& other) const noexcept { return left_ != other.left_; }

   private:
    Json at_;
    std::size_t left_;
  };

  JsonElements(Json first, std::size_t count) noexcept : first_(first), count_(count) {}
  iterator begin() const noexcept { return {first_, count_}; }
  iterator end() const noexcept { return {Json(), 0}; }

 private:
  Json first_;
  std::size_t count_;
};

struct JsonMember {
  std::string_view name;
  Json value;
};

class JsonMembers {
 public:
  class iterator {
   public:
    iterator(const JsonNode* name, std::size_t left) noexcept : name_(name), left_(left) {}
    JsonMember operator*() const noexcept { return {{name_->text, name_->size}, Json(name_ + 1)}; }
    iterator& operator++() noexcept {
      name_ = nextJsonName(name_);
      --left_;
      return *this;
    }
    bool operator!=(const iterator& other) const noexcept { return left_ != other.left_; }

   private:
    const JsonNode* name_;
    std::size_t left_;
  };

  JsonMembers(const JsonNode* first, std::size_t count) noexcept : first_(first), count_(count) {}
  iterator begin() const noexcept { return {first_, count_}; }
  iterator end() const noexcept { return {nullptr, 0}; }

 private:
  const JsonNode* first_;
  std::size_t count_;
};

inline JsonElements Json::elements() const noexcept {
  return isArray() ? JsonElements(firstElement(), node_->size) : JsonElements(Json(), 0);
}

inline JsonMembers Json::members() const noexcept {
  return isObject() ? JsonMembers(node_ + 1, node_->size) : JsonMembers(nullptr, 0);
}

inline Json Json::operator[](std::size_t place) const noexcept {
  if (!isArray() || place >= node_->size) return {};
  Json element = firstElement();
  for (; place > 0; --place) element = element.nextElement();
  return element;
}

/// Owns what a parse made; parse again to reuse its memory. Not for two threads at once while parsing.
class JsonDom {
 public:
  /// Reads one complete JSON text (RFC 8259). Borrows `text`: it must outlive the views. Refused, with error() set:
  /// anything after the value, invalid UTF-8, a byte order mark, unpaired surrogate escapes, control characters in
  /// strings, duplicate member names, more than max_depth arrays and objects within each other, texts of 256 MiB and
  /// more. Never throws.
  bool parse(std::string_view text, std::size_t max_depth = 64) noexcept {
    return JsonParser(text, max_depth, buffers_, error_).run();
  }

  /// As parse, for whom an error is the end: throws std::invalid_argument that says what is wrong and where.
  void parseOrThrow(std::string_view text, std::size_t max_depth = 64) {
    if (!parse(text, max_depth))
      throw std::invalid_argument(std::string("JSON: ") + error_.message + " at byte " + std::to_string(error_.offset));
  }

  /// The value of the last successful parse; nothing after a failed one or before the first.
  Json root() const noexcept { return error_.message ? Json() : Json(buffers_.nodes.get()); }
  /// Why the last parse failed.
  const JsonReadError& error() const noexcept { return error_; }

 private:
  JsonBuffers buffers_;
  JsonReadError error_{0, "nothing was parsed"};
};

}  // namespace belfry
