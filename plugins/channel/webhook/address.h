// Where a webhook goes: the config's URL, or a URL of the recipient's that lies on the same host.
#pragma once

#include <string>
#include <string_view>

namespace webhook {

inline bool isUrlText(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c > '~' || c == '#' || c == '\\' || c == '"' || c == '<' || c == '>') return false;
  return true;
}

/// "[::1]", with a port or without: what begins as an address ends as one. Other hosts have no brackets.
inline bool hasWholeBrackets(std::string_view host) {
  const auto close = host.find(']');
  if (host.front() != '[') return close == std::string_view::npos && host.find('[') == std::string_view::npos;
  if (close == std::string_view::npos || host.find_first_not_of("0123456789abcdefABCDEF:.", 1) != close) return false;
  return close + 1 == host.size() || host[close + 1] == ':';
}

/// Scheme, host and port of `https://host[:port]/…` or `http://…`; empty when it is no such URL or names a user.
inline std::string_view originOf(std::string_view url) {
  const std::size_t scheme = url.substr(0, 8) == "https://" ? 8 : url.substr(0, 7) == "http://" ? 7 : 0;
  if (scheme == 0 || !isUrlText(url) || url.size() > 2048) return {};
  const auto end = url.find_first_of("/?", scheme);
  const auto origin = url.substr(0, end);
  const auto host = origin.substr(scheme);
  if (host.empty() || host.front() == ':' || host.find('@') != std::string_view::npos || !hasWholeBrackets(host))
    return {};
  return origin;
}

/// A path follows the host, as a URL in segments needs.
inline std::string withPath(std::string_view url) {
  const auto origin = originOf(url);
  std::string out(origin);
  const auto rest = url.substr(origin.size());
  if (rest.empty() || rest.front() != '/') out += '/';
  return out += rest;
}

}  // namespace webhook
