// Views of the C ABI and strings of the host.
#pragma once

#include <belfry/base.h>

#include <string>
#include <string_view>
#include <vector>

namespace belfry::plugins {

inline bf_str view(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(const bf_str& text) {
  return text.n == 0 ? std::string_view() : std::string_view(text.p, text.n);
}
inline std::string copy(const bf_str& text) { return std::string(view(text)); }

/// Longest text that a plugin can hand over: more than any message may be.
inline constexpr std::size_t kMostText = 64u << 20;

/// False for what is no view: no pointer to a length, or a length beyond kMostText.
inline bool isView(const bf_str& text) { return text.n == 0 || (text.p != nullptr && text.n <= kMostText); }
/// The same for an array of n items.
template <class T>
bool isArray(const T* items, std::size_t n, std::size_t most) {
  return n == 0 || (items != nullptr && n <= most);
}

/// What a plugin said for people or for a database column: valid UTF-8, control characters but line breaks and tabs as
/// `?`, cut at `most` bytes.
std::string shown(std::string_view text, std::size_t most);

/// "a b c" → a, b, c.
std::vector<std::string> words(std::string_view text);
std::string joined(const std::vector<std::string>& words);

}  // namespace belfry::plugins
