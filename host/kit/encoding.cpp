// Hexadecimal and base64 of crypto.h. Decoders are strict: one text for one value, nothing skipped.
#include <array>
#include <cstdint>

#include "kit/crypto.h"

namespace belfry {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::int8_t, 256>;  // of each byte, -1 for one that is no digit

constexpr Values valuesOf(std::string_view digits) {
  Values values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr Values hexValues() {
  auto values = valuesOf(kHexDigits);
  for (char c = 'A'; c <= 'F'; ++c) values[static_cast<unsigned char>(c)] = static_cast<std::int8_t>(c - 'A' + 10);
  return values;
}

constexpr Values kHexValues = hexValues();
constexpr Values kBase64Values = valuesOf(kBase64);
constexpr Values kBase64UrlValues = valuesOf(kBase64Url);

int valueOf(const Values& values, char c) { return values[static_cast<unsigned char>(c)]; }

std::string encode(std::string_view bytes, std::string_view digits) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) text.push_back(digits[(bits >> (count - 6)) & 0x3F]);
  }
  if (count > 0) text.push_back(digits[(bits << (6 - count)) & 0x3F]);
  return text;
}

/// Digits without padding. Left-over bits must be zero (RFC 4648 §3.5).
std::optional<std::string> decode(std::string_view text, const Values& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text) {
    const int value = valueOf(values, digit);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>((bits >> count) & 0xFF));
  }
  if (bits & ((1U << count) - 1)) return std::nullopt;
  return bytes;
}

}  // namespace

std::string toHex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text.push_back(kHexDigits[value >> 4]);
    text.push_back(kHexDigits[value & 0xF]);
  }
  return text;
}

std::optional<std::string> fromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = valueOf(kHexValues, hex[i]);
    const int low = valueOf(kHexValues, hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return bytes;
}

std::string toBase64(std::string_view bytes) {
  auto text = encode(bytes, kBase64);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kBase64Values);
}

std::string toBase64Url(std::string_view bytes) { return encode(bytes, kBase64Url); }

std::optional<std::string> fromBase64Url(std::string_view text) { return decode(text, kBase64UrlValues); }

}  // namespace belfry
