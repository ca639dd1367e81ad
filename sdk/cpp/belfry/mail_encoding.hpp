// The encodings of mail bodies: base64, quoted-printable, line ends.
#pragma once

#include <belfry/mail_chars.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::mail {

inline void appendBase64(std::string& out, std::string_view in) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < in.size() ? static_cast<unsigned char>(in[i]) : 0;
  };
  for (std::size_t i = 0; i < in.size(); i += 3) {
    const std::uint32_t v = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += kDigits[v >> 18];
    out += kDigits[v >> 12 & 63];
    out += i + 1 < in.size() ? kDigits[v >> 6 & 63] : '=';
    out += i + 2 < in.size() ? kDigits[v & 63] : '=';
  }
}

/// RFC 2045 §6.8: lines of 76 characters with CRLF between them.
inline std::string base64Lines(std::string_view in) {
  constexpr std::size_t kBytesALine = kEncodedLine / 4 * 3;
  std::string out;
  out.reserve(in.size() * 4 / 3 + in.size() / 28 + 8);
  for (std::size_t i = 0; i < in.size(); i += kBytesALine) {
    if (i != 0) out += "\r\n";
    appendBase64(out, in.substr(i, kBytesALine));
  }
  return out;
}

inline void appendHexEscape(std::string& out, char mark, char c) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += mark;
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

/// What quoted-printable leaves as it is. A blank at the end of a line is not among it.
inline bool isPlainInQuotedPrintable(char c) { return ((c >= ' ' && c <= '~') || c == '\t') && c != '='; }

/// One line without its end, as quoted-printable. `line` has no CRLF.
inline void appendQuotedPrintableLine(std::string& out, std::string_view line) {
  const auto blankAtEnd = [&](std::size_t i) { return i + 1 == line.size() && (line[i] == ' ' || line[i] == '\t'); };
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size();) {
    const bool from = column == 0 && line.substr(i, 5) == "From ";
    std::size_t end = i;
    while (!from && end < line.size() && isPlainInQuotedPrintable(line[end]) && !blankAtEnd(end)) ++end;
    // The last column is for the '=' of a soft break, but where the line ends anyway.
    const std::size_t room = kEncodedLine - 1 - column;
    std::size_t run = std::min(end - i, room);
    if (i + run + 1 == line.size() && end == line.size()) ++run;
    if (run > 0) {
      out.append(line.substr(i, run));
      column += run;
      i += run;
      continue;
    }
    const bool last = i + 1 == line.size();
    if (end > i || column + 3 > kEncodedLine - (last ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
      if (end > i) continue;
    }
    appendHexEscape(out, '=', line[i++]);
    column += 3;
  }
}

/// RFC 2045 §6.7, for text whose line ends are CRLF. "From " at the start of a line is escaped too, since mailbox files
/// would change it. Plain bytes are copied by runs.
inline std::string quotedPrintable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (;;) {
    const auto end = text.find("\r\n");
    appendQuotedPrintableLine(out, text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += "\r\n";
    text.remove_prefix(end + 2);
  }
}

/// LF, CR and CRLF all become CRLF.
inline std::string crlfLines(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  const auto isEnd = [](char c) { return c == '\r' || c == '\n'; };
  while (!text.empty()) {
    const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), isEnd) - text.begin());
    out.append(text.substr(0, end));
    if (end == text.size()) break;
    out += "\r\n";
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return out;
}

}  // namespace belfry::mail
