// What may stand in an item as an address. It ends up as a link in a browser, so everything that a browser would run
// (javascript:, data:) or read as another host (//host, backslashes, stripped line ends) is refused.
#pragma once

#include <string_view>

namespace inbox {

inline bool isLinkText(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\' || c == '<' || c == '>' || c == '"')
      return false;
  return !text.empty();
}

/// RFC 3986 §3.2: something stands where the host belongs.
inline bool hasHost(std::string_view behind_slashes) {
  return !behind_slashes.empty() && std::string_view("/?#:@").find(behind_slashes.front()) == std::string_view::npos;
}

/// An address of http or https, or a path from the root of the product.
inline bool isLink(std::string_view text) {
  if (!isLinkText(text)) return false;
  if (text.front() == '/') return text.substr(0, 2) != "//";
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.substr(0, scheme.size()) == scheme) return hasHost(text.substr(scheme.size()));
  return false;
}

/// A link, or a name that the client has a picture for.
inline bool isIcon(std::string_view text) {
  if (isLink(text)) return true;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!plain && c != '-' && c != '_' && c != '.') return false;
  }
  return !text.empty() && text.size() <= 100;
}

}  // namespace inbox
