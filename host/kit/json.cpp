#include "kit/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/pointer.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "kit/utf8.h"

namespace belfry {
namespace {

using Size = rapidjson::SizeType;

/// Stands between rapidjson's reader and the document that it fills, and refuses what rapidjson lets pass: depth
/// without end (its reader recurses), a name twice in one object, \u0000, and a lone low surrogate, which rapidjson 1.1
/// turns into bytes that are no UTF-8.
class StrictHandler {
 public:
  /// `suspicious`: the text has bytes or escapes that may become what no string may hold.
  StrictHandler(JsonDocument& document, const rapidjson::MemoryStream& in, JsonLimits limits, bool suspicious)
      : document_(document), in_(in), limits_(limits), suspicious_(suspicious) {}

  const std::optional<JsonError>& error() const { return error_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  // rapidjson 1.1 reads some numbers wrongly (184467440737095516159223372036854775809 as 2.0, 11e308 as -3.4e-308), so
  // it is told to pass their text, and the next five are never called.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, Size size, bool) {
    const auto* end = text + size;
    if (const auto value = numberOf<std::int64_t>(text, end)) return document_.Int64(*value);
    if (const auto value = numberOf<std::uint64_t>(text, end)) return document_.Uint64(*value);
    if (const auto value = numberOf<double>(text, end)) return document_.Double(*value);
    return refuse(in_.Tell(),
                  "the number " + std::string(text, std::min<Size>(size, 40)) + " is beyond a double's range");
  }
  bool String(const char* text, Size size, bool copy) {
    return checkText({text, size}) && document_.String(text, size, copy);
  }
  bool Key(const char* text, Size size, bool copy) {
    if (!checkText({text, size})) return false;
    remember({text, size});
    return document_.Key(text, size, copy);
  }
  bool StartObject() {
    if (!enter()) return false;
    open_objects_.push_back(names_.size());
    return document_.StartObject();
  }
  bool EndObject(Size members) {
    --depth_;
    return checkNames() && document_.EndObject(members);
  }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(Size items) {
    --depth_;
    return document_.EndArray(items);
  }

 private:
  struct Name {
    std::size_t begin;  // in name_text_
    std::size_t size;
    std::size_t offset;  // just after it, in the JSON text
  };

  bool refuse(std::size_t offset, std::string message) {
    error_ = JsonError{offset, std::move(message)};
    return false;
  }

  /// nullopt unless all of the text is a number that fits N.
  template <class N>
  static std::optional<N> numberOf(const char* begin, const char* end) {
    N value{};
    const auto [stopped, error] = std::from_chars(begin, end, value);
    if (error != std::errc() || stopped != end) return std::nullopt;
    return value;
  }

  bool enter() {
    if (++depth_ <= limits_.max_depth) return true;
    return refuse(in_.Tell(), "nested deeper than " + std::to_string(limits_.max_depth) + " levels");
  }

  bool checkText(std::string_view text) {
    if (!suspicious_) return true;
    if (text.find('\0') != std::string_view::npos) return refuse(in_.Tell(), "a string contains NUL (\\u0000)");
    if (isValidUtf8(text)) return true;
    return refuse(in_.Tell(), "a string is not valid UTF-8 or holds an unpaired surrogate escape");
  }

  // Names are compared at the end of their object by sorting: an object of n names costs n log n, whoever sends it.
  void remember(std::string_view name) {
    names_.push_back({name_text_.size(), name.size(), in_.Tell()});
    name_text_.append(name);
  }

  std::string_view textOf(const Name& name) const { return std::string_view(name_text_).substr(name.begin, name.size); }

  bool checkNames() {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(open_objects_.back());
    open_objects_.pop_back();
    if (first == names_.end()) return true;
    const auto text_begin = first->begin;
    if (areFewAndDistinct(first)) return forget(first, text_begin);
    std::sort(first, names_.end(), [&](const Name& a, const Name& b) {
      const int order = textOf(a).compare(textOf(b));
      return order != 0 ? order < 0 : a.offset < b.offset;
    });
    const auto same = [&](const Name& a, const Name& b) { return textOf(a) == textOf(b); };
    const auto twice = std::adjacent_find(first, names_.end(), same);
    if (twice != names_.end()) {
      return refuse(std::next(twice)->offset, "duplicate member name \"" + std::string(textOf(*twice)) + "\"");
    }
    return forget(first, text_begin);
  }

  /// Most objects have few names, which are told apart by their sizes faster than they are sorted.
  bool areFewAndDistinct(std::vector<Name>::const_iterator first) const {
    constexpr std::ptrdiff_t kFew = 16;
    if (names_.end() - first > kFew) return false;
    for (auto a = first; a != names_.end(); ++a)
      for (auto b = std::next(a); b != names_.end(); ++b)
        if (a->size == b->size && textOf(*a) == textOf(*b)) return false;
    return true;
  }

  bool forget(std::vector<Name>::iterator first, std::size_t text_begin) {
    names_.erase(first, names_.end());
    name_text_.resize(text_begin);
    return true;
  }

  JsonDocument& document_;
  const rapidjson::MemoryStream& in_;
  JsonLimits limits_;
  bool suspicious_;
  std::optional<JsonError> error_;
  std::size_t depth_ = 0;
  std::string name_text_;                  // of all open objects
  std::vector<Name> names_;                // of all open objects
  std::vector<std::size_t> open_objects_;  // where the names of each begin
};

/// JsonDocument::Populate() wants a callable that sends events and says whether all went well.
struct Generator {
  std::string_view text;
  JsonLimits limits;
  std::optional<JsonError> error;

  bool operator()(JsonDocument& document) {
    // To rapidjson a NUL byte is the end of the text.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
      error = JsonError{nul, "a NUL byte is not allowed"};
      return false;
    }
    rapidjson::MemoryStream in(text.data(), text.size());
    const bool suspicious = text.find("\\u") != std::string_view::npos || !isValidUtf8(text);
    StrictHandler handler(document, in, limits, suspicious);
    rapidjson::Reader reader;
    const auto parsed = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(in, handler);
    if (!parsed.IsError()) return true;
    error = handler.error() ? *handler.error() : JsonError{parsed.Offset(), rapidjson::GetParseError_En(parsed.Code())};
    return false;
  }
};

}  // namespace

Result<JsonDocument, JsonError> parseJson(std::string_view text, JsonLimits limits) {
  JsonDocument document;
  Generator generator{text, limits, std::nullopt};
  document.Populate(generator);
  if (generator.error) return failure(std::move(*generator.error));
  return document;
}

const JsonValue* jsonAt(const JsonValue& root, std::string_view pointer) {
  return rapidjson::Pointer(pointer.data(), pointer.size()).Get(root);
}

std::string toJsonText(const JsonValue& value) {
  JsonWriter writer;
  writer.value(value);
  return writer.take();
}

}  // namespace belfry
