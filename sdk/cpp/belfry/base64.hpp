// Base64 (RFC 4648 §4) of signatures and keys that providers send. To encode what the host sends, see BF_XFORM_BASE64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

namespace detail {
inline int base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}
}  // namespace detail

/// The bytes of padded base64 on one line. nullopt for anything else: other characters, a wrong length, and padding
/// with bits set (RFC 4648 §3.5), so that one signature has one spelling.
inline std::optional<std::string> base64Decoded(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int digit = detail::base64Digit(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffffffU;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xffU);
  }
  return (bits & ((1U << held) - 1)) == 0 ? std::optional(out) : std::nullopt;
}

}  // namespace belfry
