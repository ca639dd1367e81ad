// Fast steps over the characters of JSON strings. Use json.hpp; this is its inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace belfry {

/// True for what may stand in a JSON string as itself and is one byte: no control character, quote or backslash.
inline bool isPlainJsonByte(unsigned char c) noexcept { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

/// The first byte in [at, end) that is not plain, or end. Eight bytes at a time on little-endian machines: a bit trick
/// marks bytes below 0x20, equal to a quote or backslash, or above 0x7f; the lowest mark is always a true one.
inline const char* skipPlainJson(const char* at, const char* end) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t highs = 0x8080808080808080U;
  while (end - at >= 8) {
    std::uint64_t block;
    std::memcpy(&block, at, 8);
    const std::uint64_t quote = block ^ (ones * '"');
    const std::uint64_t slash = block ^ (ones * '\\');
    const std::uint64_t marks =
        (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((block - ones * 0x20) & ~block) | block) & highs;
    if (marks) return at + __builtin_ctzll(marks) / 8;
    at += 8;
  }
#endif
  while (at != end && isPlainJsonByte(static_cast<unsigned char>(*at))) ++at;
  return at;
}

/// Bytes of the well-formed UTF-8 sequence at `at`, 0 when there is none. RFC 3629 §4: no overlong forms, no
/// surrogates, nothing above U+10FFFF.
inline std::size_t utf8SequenceLength(const char* at, const char* end) noexcept {
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(at[i]); };
  const auto tails = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    for (; from < to; ++from)
      if ((byte(from) & 0xC0) != 0x80) return false;
    return true;
  };
  const std::ptrdiff_t left = end - at;
  const unsigned char lead = left > 0 ? byte(0) : 0xFF;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return left >= 2 && tails(1, 2) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (left < 3 || !tails(1, 3)) return 0;
    return (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ? 0 : 3;
  }
  if (lead < 0xF0 || lead > 0xF4 || left < 4 || !tails(1, 4)) return 0;
  return (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F) ? 0 : 4;
}

/// Writes a code point (a scalar value) as UTF-8 to `out`, which has room for 4 bytes. Returns the end.
inline char* writeUtf8(std::uint32_t code, char* out) noexcept {
  const auto put = [&](std::uint32_t value) { *out++ = static_cast<char>(value); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

}  // namespace belfry
