// Bytes from an SMTP server cut into replies (RFC 5321 §4.2.1), whatever pieces they come in.
#pragma once

#include <string>
#include <string_view>

#include "ports/smtp_exchange.h"

namespace belfry::curl {

class SmtpReplyReader {
 public:
  enum class State {
    more,      ///< no complete reply yet
    reply,     ///< take() has one
    malformed  ///< what came is no reply: bad code, a line over 4 KiB, a reply over 64 KiB, codes that differ
  };

  void append(std::string_view bytes) { buffer_ += bytes; }
  /// Reads on in what was appended. After `malformed` it stays so.
  State next();
  /// The reply that next() found; once.
  SmtpReply take();
  /// Whether bytes are left that no reply has used: on an idle connection a sign that both ends disagree.
  bool hasLeftover() const noexcept { return !buffer_.empty() || current_.code != 0; }

 private:
  bool readLine(std::string_view line);

  std::string buffer_;
  SmtpReply current_;
  bool complete_ = false;
  bool malformed_ = false;
};

/// `5.1.1` at the start of a reply's text (RFC 2034 §4), or empty.
std::string_view enhancedCode(std::string_view text);
/// Text fit for logs and JSON: control bytes and bytes outside ASCII become `?`, tabs and line ends are kept.
std::string printable(std::string_view text);

}  // namespace belfry::curl
