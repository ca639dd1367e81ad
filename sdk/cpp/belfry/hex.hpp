// Hexadecimal signatures and digests that providers send. To encode what the host sends, see BF_XFORM_HEX.
#pragma once

#include <belfry/url.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

/// The bytes of hexadecimal digits in either case; nullopt for anything else.
inline std::optional<std::string> hexDecoded(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = detail::hexDigit(text[i]);
    const int low = detail::hexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace belfry
