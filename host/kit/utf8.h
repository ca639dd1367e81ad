// UTF-8 as RFC 3629 §4 defines it: no overlong forms, no surrogates, nothing over U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry {

bool isValidUtf8(std::string_view text) noexcept;
/// Bytes of the longest valid start of `text`; `text.size()` when all of it is valid.
std::size_t validUtf8Prefix(std::string_view text) noexcept;
/// Each maximal ill-formed piece becomes one U+FFFD (Unicode 15 §3.9, "substitution of maximal subparts").
std::string replaceInvalidUtf8(std::string_view text);

}  // namespace belfry
