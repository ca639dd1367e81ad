#include "kit/utf8.h"

#include <cstdint>
#include <cstring>

namespace belfry {
namespace {

struct Piece {
  std::size_t size;  // bytes to step over
  bool valid;
};

/// Lengths and second-byte ranges of RFC 3629 §4.
struct Lead {
  std::size_t size = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Lead leadOf(unsigned char byte) noexcept {
  if (byte < 0x80) return {1};
  if (byte < 0xC2) return {0};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

Piece pieceAt(std::string_view text, std::size_t at) noexcept {
  auto lead = leadOf(static_cast<unsigned char>(text[at]));
  if (lead.size == 0) return {1, false};
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (at + i >= text.size()) return {i, false};
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (byte < lead.low || byte > lead.high) return {i, false};
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return {lead.size, true};
}

std::size_t asciiRun(std::string_view text, std::size_t at) noexcept {
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (word & 0x8080808080808080U) break;
    at += 8;
  }
  return at;
}

}  // namespace

std::size_t validUtf8Prefix(std::string_view text) noexcept {
  std::size_t at = asciiRun(text, 0);
  while (at < text.size()) {
    const auto piece = pieceAt(text, at);
    if (!piece.valid) return at;
    at += piece.size;
    if (piece.size == 1) at = asciiRun(text, at);
  }
  return at;
}

bool isValidUtf8(std::string_view text) noexcept { return validUtf8Prefix(text) == text.size(); }

std::string replaceInvalidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto good = validUtf8Prefix(text);
    out.append(text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) break;
    out.append("\xEF\xBF\xBD");
    text.remove_prefix(pieceAt(text, 0).size);
  }
  return out;
}

}  // namespace belfry
