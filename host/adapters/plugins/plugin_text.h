// Views of the C ABI and strings of the host.
#pragma once

#include <belfry/base.h>

#include <string>
#include <string_view>
#include <vector>

namespace belfry::plugins {

inline bf_str view(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(const bf_str& text) { return text.n == 0 ? std::string_view() : std::string_view(text.p, text.n); }
inline std::string copy(const bf_str& text) { return std::string(view(text)); }

/// "a b c" → a, b, c.
std::vector<std::string> words(std::string_view text);
std::string joined(const std::vector<std::string>& words);

}  // namespace belfry::plugins
