// The bytes of a fuzzer as parts: what a mutator changes in one part leaves the others as they are.
//
//   kind scenario(2) place  RS  part  RS  part …        RS: 0x1e; US (0x1f) parts a part
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::fuzz {

constexpr char kPart = '\x1e';
constexpr char kSubPart = '\x1f';

inline std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

/// One input, taken apart; views into the fuzzer's bytes.
struct FuzzInput {
  char kind = 0;  ///< c: config, w: callback, a: answers, m: message, p: credential
  std::size_t scenario = 0;
  std::size_t place = 0;
  std::vector<std::string_view> parts;

  /// The next part; empty when there are no more.
  std::string_view take() { return next_ < parts.size() ? parts[next_++] : std::string_view(); }
  bool more() const { return next_ < parts.size(); }

  static FuzzInput of(std::string_view bytes) {
    constexpr std::size_t kHead = 4;
    FuzzInput out;
    if (bytes.size() <= kHead) return out;
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    out.kind = bytes[0];
    out.scenario = byte(1) * 256 + byte(2);
    out.place = byte(3);
    out.parts = split(bytes.substr(kHead), kPart);
    return out;
  }

  static std::string head(char kind, std::size_t scenario, std::size_t place) {
    return {kind, static_cast<char>(scenario / 256), static_cast<char>(scenario % 256), static_cast<char>(place)};
  }

 private:
  std::size_t next_ = 0;
};

}  // namespace belfry::fuzz
