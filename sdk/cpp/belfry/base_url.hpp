// The config key `base_url` that every instance of an HTTP provider has: where the provider is, or what stands in for
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry {

/// Scheme, host and optional path without a slash at the end; paths of requests are appended to it. On failure nullopt,
/// and `error` says what is allowed. Whether plain http and a private address are permitted is the host's to decide.
inline std::optional<std::string> parseBaseUrl(std::string_view text, std::string& error) {
  const auto refuse = [&](const char* why) {
    error = "base_url is \"" + std::string(text.substr(0, 200)) + "\"; " + why;
    return std::nullopt;
  };
  const std::size_t scheme = text.substr(0, 8) == "https://" ? 8 : text.substr(0, 7) == "http://" ? 7 : 0;
  if (scheme == 0) return refuse("allowed: https://host[:port][/path], or http:// for a private host");
  for (const char c : text)
    if (c <= ' ' || c > '~' || c == '?' || c == '#' || c == '@' || c == '\\' || c == '"')
      return refuse("allowed: no user, query, fragment, space or character beyond ASCII");
  while (text.back() == '/' && text.size() > scheme) text.remove_suffix(1);
  const auto host = text.substr(scheme, text.substr(scheme).find('/'));
  if (host.empty() || host.front() == ':') return refuse("it has no host");
  return std::string(text);
}

}  // namespace belfry
