// The encodings of mail bodies: base64, quoted-printable, line ends.
#pragma once

#include <belfry/mail_chars.hpp>

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

/// RFC 2045 §6.7, for text whose line ends are CRLF. "From " at the start of a line is escaped too, since mailbox files
/// would change it.
inline std::string quotedPrintable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && text.substr(i, 2) == "\r\n") {
      out += "\r\n";
      column = 0;
      ++i;
      continue;
    }
    const bool blank = c == ' ' || c == '\t';
    const bool line_ends = i + 1 == text.size() || text.substr(i + 1, 2) == "\r\n";
    const bool from = column == 0 && text.substr(i, 5) == "From ";
    const bool plain = !from && (blank ? !line_ends : c > ' ' && c <= '~' && c != '=');
    if (column + (plain ? 1 : 3) > kEncodedLine - (line_ends ? 0 : 1)) {
      out += "=\r\n";
      column = 0;
    }
    if (plain) out += c;
    else appendHexEscape(out, '=', c);
    column += plain ? 1 : 3;
  }
  return out;
}

/// LF, CR and CRLF all become CRLF.
inline std::string crlfLines(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    out += "\r\n";
  }
  return out;
}

}  // namespace belfry::mail
