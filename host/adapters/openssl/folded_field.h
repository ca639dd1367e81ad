// A mail header field written line by line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::openssl {

/// Keeps lines within 78 characters (RFC 5322 §2.1.1) wherever a piece is not longer by itself.
class FoldedField {
 public:
  explicit FoldedField(std::string_view name);

  /// Appends what must stay together, after a space or on a new line.
  void appendWord(std::string_view word);
  /// Appends what must stay together right after the text so far, or on a new line.
  void append(std::string_view piece);
  /// Appends base64, cut wherever a line ends.
  void appendCut(std::string_view text);

  /// Without a CRLF at the end.
  const std::string& text() const noexcept { return text_; }
  /// What stands after the colon.
  std::string_view value() const noexcept { return std::string_view(text_).substr(value_at_); }

 private:
  void newLine();

  std::string text_;
  std::size_t value_at_;
  std::size_t width_;
};

}  // namespace belfry::openssl
