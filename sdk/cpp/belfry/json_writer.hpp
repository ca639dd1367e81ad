// Writing JSON text: escaped strings, values of a JsonDom, and a small streaming writer.
#pragma once

#include <belfry/json.hpp>
#include <belfry/json_scan.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace belfry {

/// Appends `text` in quotes. Out has append(const char*, size_t), as std::string has. Control characters, quotes and
/// backslashes are escaped; UTF-8 passes unchanged.
template <class Out>
void writeJsonString(Out& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* run = at;
  out.append("\"", 1);
  while ((at = skipPlainJson(at, end)) != end) {
    const unsigned char c = static_cast<unsigned char>(*at);
    if (c >= 0x80) {
      ++at;
      continue;
    }
    out.append(run, static_cast<std::size_t>(at - run));
    const std::size_t name = std::string_view("\"\\\b\f\n\r\t").find(static_cast<char>(c));
    const char named[] = {'\\',       name == std::string_view::npos ? 'u' : "\"\\bfnrt"[name], '0', '0', hex[c >> 4],
                          hex[c & 15]};
    out.append(named, name == std::string_view::npos ? 6 : 2);
    run = ++at;
  }
  out.append(run, static_cast<std::size_t>(end - run));
  out.append("\"", 1);
}

/// Appends a value as compact JSON; numbers keep their digits; what does not exist becomes null. Recurses as deep as
/// the value, which JsonDom::parse has limited.
template <class Out>
void writeJson(Out& out, Json value) {
  const auto put = [&](std::string_view text) { out.append(text.data(), text.size()); };
  const char* between = "";
  if (value.isString()) return writeJsonString(out, value.asString());
  if (value.isNumber()) return put(value.numberText());
  if (value.isBool()) return put(value.asBool() ? "true" : "false");
  if (value.isArray()) {
    put("[");
    for (Json element : value.elements()) {
      put(std::exchange(between, ","));
      writeJson(out, element);
    }
    return put("]");
  }
  if (!value.isObject()) return put("null");
  put("{");
  for (const JsonMember member : value.members()) {
    put(std::exchange(between, ","));
    writeJsonString(out, member.name);
    put(":");
    writeJson(out, member.value);
  }
  put("}");
}

/// Writes one JSON text piece by piece; commas come by themselves.
///   JsonText j; j.beginObject().member("to", to).key("tags").beginArray().value("a").endArray().endObject(); j.text()
class JsonText {
 public:
  JsonText& beginObject() { return open('{'); }
  JsonText& endObject() { return close('}'); }
  JsonText& beginArray() { return open('['); }
  JsonText& endArray() { return close(']'); }

  JsonText& key(std::string_view name) {
    comma();
    writeJsonString(text_, name);
    text_ += ':';
    fresh_ = true;
    return *this;
  }

  JsonText& value(std::string_view text) {
    comma();
    writeJsonString(text_, text);
    return *this;
  }
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonText& value(std::nullptr_t) { return raw("null"); }
  JsonText& value(Json json) {
    comma();
    writeJson(text_, json);
    return *this;
  }
  /// The shortest text that reads back as the same double. JSON has no NaN and no infinity: they become null.
  JsonText& value(double number) { return std::isfinite(number) ? printed(number) : raw("null"); }
  JsonText& value(std::int64_t number) { return printed(number); }
  JsonText& value(std::uint64_t number) { return printed(number); }
  JsonText& value(int number) { return printed(number); }
  JsonText& value(unsigned number) { return printed(number); }

  template <class T>
  JsonText& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  /// Inserts what is JSON already.
  JsonText& raw(std::string_view json) {
    comma();
    text_ += json;
    return *this;
  }

  /// Appends a part of a text whose other parts are written elsewhere: nothing is put before or around it.
  JsonText& fragment(std::string_view part) {
    text_ += part;
    fresh_ = false;
    return *this;
  }

  const std::string& text() const& noexcept { return text_; }
  /// What was written since the last call; more may follow.
  std::string take() { return std::exchange(text_, std::string()); }

 private:
  JsonText& open(char bracket) {
    comma();
    text_ += bracket;
    fresh_ = true;
    return *this;
  }
  JsonText& close(char bracket) {
    text_ += bracket;
    fresh_ = false;
    return *this;
  }
  void comma() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  template <class T>
  JsonText& printed(T number) {
    char digits[32];  // 24 for the longest double, 20 for the longest integer
    const auto result = std::to_chars(digits, digits + sizeof digits, number);
    return raw({digits, static_cast<std::size_t>(result.ptr - digits)});
  }

  std::string text_;
  bool fresh_ = true;  // nothing stands before the next value that a comma would have to part
};

}  // namespace belfry
