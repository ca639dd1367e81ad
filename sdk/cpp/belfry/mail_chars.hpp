// Which bytes may stand in mail: ASCII, control characters, UTF-8, and the limits of lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace belfry::mail {

inline constexpr std::size_t kFoldAt = 78;       // RFC 5322 §2.1.1: should
inline constexpr std::size_t kLineLimit = 998;   // RFC 5322 §2.1.1: must
inline constexpr std::size_t kEncodedLine = 76;  // RFC 2045 §6.7 and §6.8, RFC 2047 §2
inline constexpr std::size_t kEncodedWord = 75;  // RFC 2047 §2

inline bool isAscii(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) > 0x7e) return false;
  return true;
}

/// CR, LF, NUL and every other control character but TAB: what could end a header field or a line.
inline bool hasControl(std::string_view text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return true;
  return false;
}

/// Length of the well-formed UTF-8 sequence at the front of `text` (Unicode 15, table 3-7), or 0.
inline std::size_t sequenceLength(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xc0u) == 0x80u; };
  const unsigned a = at(0);
  const unsigned b = at(1);
  if (text.empty()) return 0;
  if (a < 0x80) return 1;
  if (a >= 0xc2 && a <= 0xdf) return tail(1) ? 2 : 0;
  if (a >= 0xe0 && a <= 0xef) return tail(1) && tail(2) && !(a == 0xe0 && b < 0xa0) && !(a == 0xed && b > 0x9f) ? 3 : 0;
  if (a >= 0xf0 && a <= 0xf4)
    return tail(1) && tail(2) && tail(3) && !(a == 0xf0 && b < 0x90) && !(a == 0xf4 && b > 0x8f) ? 4 : 0;
  return 0;
}

/// Bytes below 0x80 at the front of `text`, eight at a time: fewer than there are, never more.
inline std::size_t sevenBitRun(std::string_view text) {
  std::size_t run = 0;
  for (std::uint64_t word; run + sizeof word <= text.size(); run += sizeof word) {
    std::memcpy(&word, text.data() + run, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  return run;
}

inline bool isUtf8(std::string_view text) {
  for (text.remove_prefix(sevenBitRun(text)); !text.empty(); text.remove_prefix(sevenBitRun(text))) {
    const auto n = sequenceLength(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

}  // namespace belfry::mail
