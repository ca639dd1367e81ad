// Keys of messages that may go out in one request.
#pragma once

#include <cstdint>
#include <string_view>

namespace belfry {

/// FNV-1a over the length and the bytes of each part that must be equal. Different parts may have one hash: compare
/// them before one message goes out under another's parts.
class BatchHash {
 public:
  void add(std::string_view text) {
    std::uint64_t length = text.size();
    for (int i = 0; i < 8; ++i, length >>= 8) mix(static_cast<unsigned char>(length));
    for (const char c : text) mix(static_cast<unsigned char>(c));
  }
  /// Never 0, which would mean "alone".
  std::uint64_t value() const { return value_ == 0 ? 1 : value_; }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

}  // namespace belfry
