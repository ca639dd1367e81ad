// One header field, folded as it grows; encoded words.
#pragma once

#include <belfry/mail_chars.hpp>
#include <belfry/mail_encoding.hpp>
#include <belfry/mailbox.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace belfry::mail {

/// RFC 2047 §5 (3), the narrowest set: such words may stand in subjects and in display names.
inline bool isPlainInQ(char c) {
  return isAlnum(c) || (c != '\0' && std::string_view("!*+-/").find(c) != std::string_view::npos);
}

inline std::size_t qLength(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += isPlainInQ(c) || c == ' ' ? 1 : 3;
  return n;
}

/// One encoded word; `text` fits.
inline std::string encodedWord(std::string_view text, bool base64) {
  std::string out = base64 ? "=?UTF-8?B?" : "=?UTF-8?Q?";
  if (base64) {
    appendBase64(out, text);
  } else {
    for (const char c : text) {
      if (c == ' ') out += '_';
      else if (isPlainInQ(c)) out += c;
      else appendHexEscape(out, '=', c);
    }
  }
  return out += "?=";
}

/// One header field that is being written, folded as it grows.
class HeaderField {
 public:
  explicit HeaderField(std::string_view name) : out_(name), column_(name.size() + 1) { out_ += ':'; }

  /// A space and a token; on a new line when this one is full.
  HeaderField& token(std::string_view text) {
    if (column_ + 1 + text.size() > kFoldAt && !fresh_) fold();
    else put(" ");
    put(text);
    fresh_ = false;
    return *this;
  }

  /// Text that sticks to what stands before it.
  HeaderField& glue(std::string_view text) {
    put(text);
    return *this;
  }

  /// Words as they are, folded at single spaces only, so that no line consists of white space.
  HeaderField& words(std::string_view text) {
    while (!text.empty()) {
      auto end = std::size_t{0};
      do end = text.find(' ', end + 1);
      while (end != std::string_view::npos && end + 1 < text.size() && (text[end + 1] == ' ' || text[end + 1] == '\t'));
      token(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return *this;
  }

  /// Text as encoded words, none of which splits a character (RFC 2047 §5).
  HeaderField& encoded(std::string_view text) {
    const bool base64 = qLength(text) > (text.size() + 2) / 3 * 4;
    while (!text.empty()) {
      if (column_ + 1 + kShortestWord > kEncodedLine) fold();
      else put(" ");
      const auto n = fitting(text, base64);
      put(encodedWord(text.substr(0, n), base64));
      fresh_ = false;
      text.remove_prefix(n);
    }
    return *this;
  }

  std::string take() && { return std::move(out_) + "\r\n"; }

 private:
  static constexpr std::size_t kFrame = 12;                  // =?UTF-8?B? and ?=
  static constexpr std::size_t kShortestWord = kFrame + 12;  // room for any one character: 4 bytes as =XX

  void fold() {
    out_ += "\r\n ";
    column_ = 1;
  }
  void put(std::string_view text) {
    out_ += text;
    column_ += text.size();
  }
  std::size_t fitting(std::string_view text, bool base64) const {
    const std::size_t line = kEncodedLine - column_;
    const std::size_t room = (line < kEncodedWord ? line : kEncodedWord) - kFrame;
    std::size_t n = 0;
    while (n < text.size()) {
      const auto next = n + (sequenceLength(text.substr(n)) > 0 ? sequenceLength(text.substr(n)) : 1);
      const auto length = base64 ? (next + 2) / 3 * 4 : qLength(text.substr(0, next));
      if (length > room) break;
      n = next;
    }
    return n;
  }

  std::string out_;
  std::size_t column_;
  bool fresh_ = true;  // nothing but the name stands on this line yet
};

}  // namespace belfry::mail
