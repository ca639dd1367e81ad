// The strings of a JSON text. Use json.hpp; this is its inside.
#pragma once

#include <belfry/json_node.hpp>
#include <belfry/json_scan.hpp>

namespace belfry {

/// The place in the text and how strings are read from it; the base of JsonParser.
class JsonStringReader {
 protected:
  JsonStringReader(std::string_view text, JsonBuffers& buffers, JsonReadError& error) noexcept
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), buffers_(buffers), error_(error) {}

  bool fail(const char* message) noexcept {
    error_ = {static_cast<std::size_t>(at_ - begin_), message};
    return false;
  }

  char peek() const noexcept { return at_ != end_ ? *at_ : '\0'; }

  /// Reads from the opening quote to behind the closing one. The result lies in the text or, with escapes, in the
  /// buffers.
  bool readString(std::string_view& out) noexcept {
    const char* const first = ++at_;
    if (!plain()) return false;
    if (*at_ == '\\') return readEscaped(first, out);
    out = {first, static_cast<std::size_t>(at_ - first)};
    ++at_;
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  JsonBuffers& buffers_;
  JsonReadError& error_;

 private:
  // Moves to the quote that ends the string or to a backslash.
  bool plain() noexcept {
    for (;;) {
      at_ = skipPlainJson(at_, end_);
      if (at_ == end_) return fail("expected '\"' at the end of a string");
      const unsigned char c = static_cast<unsigned char>(*at_);
      if (c == '"' || c == '\\') return true;
      if (c < 0x20) return fail("a control character in a string must be escaped");
      const std::size_t length = utf8SequenceLength(at_, end_);
      if (length == 0) return fail("the text is not UTF-8");
      at_ += length;
    }
  }

  bool readEscaped(const char* first, std::string_view& out) noexcept {
    if (!reserveUnescaped(first)) return false;
    const char* const start = unescaped_;
    copyPlain(first);
    while (*at_ == '\\') {
      if (!escape()) return false;
      const char* const run = at_;
      if (!plain()) return false;
      copyPlain(run);
    }
    ++at_;
    out = {start, static_cast<std::size_t>(unescaped_ - start)};
    return true;
  }

  void copyPlain(const char* run) noexcept {
    std::memcpy(unescaped_, run, static_cast<std::size_t>(at_ - run));
    unescaped_ += at_ - run;
  }

  // Unescaped text is never longer than escaped text: one buffer as long as the rest serves all that follow.
  bool reserveUnescaped(const char* first) noexcept {
    if (unescaped_) return true;
    const std::size_t rest = static_cast<std::size_t>(end_ - first);
    if (buffers_.unescaped_capacity < rest) {
      buffers_.unescaped.reset(static_cast<char*>(std::malloc(rest)));
      buffers_.unescaped_capacity = buffers_.unescaped ? rest : 0;
      if (!buffers_.unescaped) return fail("out of memory");
    }
    unescaped_ = buffers_.unescaped.get();
    return true;
  }

  bool escape() noexcept {
    ++at_;  // the backslash
    if (peek() == 'u') return unicodeEscape();
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const std::size_t which = at_ != end_ ? names.find(*at_) : names.npos;
    if (which == names.npos) return fail("expected one of \"\\/bfnrtu after a backslash");
    *unescaped_++ = values[which];
    ++at_;
    return true;
  }

  bool unicodeEscape() noexcept {
    std::uint32_t code = 0;
    if (!hexUnit(code)) return false;
    if (code >= 0xDC00 && code <= 0xDFFF) return fail("an unpaired surrogate escape");
    if (code >= 0xD800 && code <= 0xDBFF) {
      std::uint32_t low = 0;
      if (peek() != '\\' || (++at_, peek() != 'u')) return fail("an unpaired surrogate escape");
      if (!hexUnit(low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return fail("an unpaired surrogate escape");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    unescaped_ = writeUtf8(code, unescaped_);
    return true;
  }

  // The u and four hexadecimal digits.
  bool hexUnit(std::uint32_t& code) noexcept {
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const char lower = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9') code = code << 4 | static_cast<std::uint32_t>(c - '0');
      else if (lower >= 'a' && lower <= 'f') code = code << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
      else return fail("expected four hexadecimal digits after \\u");
    }
    return true;
  }

  char* unescaped_ = nullptr;  // where the next unescaped byte goes; nullptr before the first
};

}  // namespace belfry
