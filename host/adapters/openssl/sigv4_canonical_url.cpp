// The URL's parts in their canonical forms.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/openssl/sigv4_canonical.h"
#include "kit/crypto.h"

namespace belfry::openssl {
namespace {

constexpr auto kNone = std::string_view::npos;

bool isUnreserved(char c) {  // RFC 3986 §2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percentEncode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (isUnreserved(c) || (keep_slash && c == '/')) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

std::optional<std::string> percentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = text.size() - i < 3 ? std::nullopt : fromHex(text.substr(i + 1, 2));
    if (!byte) return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

/// Cuts off and returns what stands before `separator`; all when there is none.
std::string_view takeUntil(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto piece = rest.substr(0, at);
  rest.remove_prefix(at == kNone ? rest.size() : at + 1);
  return piece;
}

std::string withoutPort(std::string_view host, std::string_view own_port) {
  return std::string(host.ends_with(own_port) ? host.substr(0, host.size() - own_port.size()) : host);
}

}  // namespace

Result<UrlParts, std::string> splitUrl(std::string_view url) {
  const auto scheme = lowerCase(url.substr(0, url.find("://")));
  if (scheme.size() == url.size() || (scheme != "https" && scheme != "http"))
    return failure(std::string("url: must start with https:// or http://"));
  auto rest = url.substr(scheme.size() + 3);
  rest = takeUntil(rest, '#');
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != kNone) return failure(std::string("url: must not hold a user name"));
  UrlParts parts{withoutPort(authority, scheme == "https" ? ":443" : ":80"), "", ""};
  if (parts.host.empty()) return failure(std::string("url: has no host"));
  parts.path = takeUntil(rest, '?');
  if (parts.path.empty()) parts.path = "/";
  parts.query = rest;
  return parts;
}

std::string canonicalPath(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view last;
  for (auto rest = path; !rest.empty();) {
    last = takeUntil(rest, '/');
    if (last == ".." && !kept.empty()) kept.pop_back();
    if (!last.empty() && last != "." && last != "..") kept.push_back(last);
  }
  std::string joined;
  for (const auto segment : kept) joined.append("/").append(segment);
  const bool is_folder = path.ends_with('/') || last == "." || last == "..";
  if (joined.empty() || is_folder) joined += "/";
  return percentEncode(joined, true);
}

Result<std::string, std::string> canonicalQuery(std::string_view query) {
  if (query.find('+') != kNone)
    return failure(std::string("url: the query holds \"+\"; write %20 for a space or %2B for a plus sign"));
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    auto value = takeUntil(query, '&');
    if (value.empty()) continue;
    const auto name = percentDecode(takeUntil(value, '='));
    const auto decoded = percentDecode(value);
    if (!name || !decoded) return failure(std::string("url: the query holds a \"%\" without two hexadecimal digits"));
    pairs.emplace_back(percentEncode(*name, false), percentEncode(*decoded, false));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string joined;
  for (const auto& [name, value] : pairs) joined += (joined.empty() ? "" : "&") + name + "=" + value;
  return joined;
}

}  // namespace belfry::openssl
