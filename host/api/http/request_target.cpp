#include "api/http/request_target.h"

#include <algorithm>
#include <optional>

#include "kit/utf8.h"

namespace belfry {
namespace {

Refusal badTarget(std::string_view target, std::string_view allowed) {
  return {ErrorCode::malformed_request, "bad_target",
          "request target " + excerpt(target) + " is not valid: " + std::string(allowed)};
}

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// RFC 3986 §3.3: pchar and `/`; escapes are checked when decoded.
bool isPathCharacter(char c) {
  return isAlphanumeric(c) || std::string_view("-._~!$&'()*+,;=:@/%").find(c) != std::string_view::npos;
}

/// What the URL standard of browsers leaves raw in a query: visible ASCII without `"`, `#`, `<`, `>`.
bool isQueryCharacter(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("\"#<>").find(c) == std::string_view::npos;
}

template <class Predicate>
bool all(std::string_view text, Predicate allowed) {
  for (const char c : text) {
    if (!allowed(c)) return false;
  }
  return true;
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percentDecode(std::string_view raw, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%') {
      if (i + 2 >= raw.size() || hexValue(raw[i + 1]) < 0 || hexValue(raw[i + 2]) < 0) return std::nullopt;
      decoded += static_cast<char>(hexValue(raw[i + 1]) * 16 + hexValue(raw[i + 2]));
      i += 2;
    } else {
      decoded += plus_is_space && raw[i] == '+' ? ' ' : raw[i];
    }
  }
  if (decoded.find('\0') != std::string::npos || !isValidUtf8(decoded)) return std::nullopt;
  return decoded;
}

/// Calls `each` for every piece between `separator`s; stops when it returns false.
template <class Each>
bool forEachPiece(std::string_view text, char separator, Each each) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool splitPath(std::string_view path, std::vector<std::string>& segments) {
  if (path == "/") return true;
  return forEachPiece(path.substr(1), '/', [&](std::string_view raw) {
    auto segment = percentDecode(raw, false);
    if (!segment || *segment == "." || *segment == "..") return false;
    segments.push_back(std::move(*segment));
    return true;
  });
}

bool splitQuery(std::string_view query, std::vector<QueryParam>& params) {
  return forEachPiece(query, '&', [&](std::string_view pair) {
    if (pair.empty()) return true;
    const std::size_t equals = pair.find('=');
    auto name = percentDecode(pair.substr(0, equals), true);
    auto value = percentDecode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    params.push_back({std::move(*name), std::move(*value)});
    return true;
  });
}

/// Cuts `http://authority` off an absolute target; the rest is in origin form. False when the authority is not valid.
bool takeAuthority(std::string_view& target, TargetParts& parts) {
  const std::size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return true;
  const std::string_view scheme = target.substr(0, scheme_end);
  if (!equalsIgnoringCase(scheme, "http") && !equalsIgnoringCase(scheme, "https")) return true;
  const std::string_view rest = target.substr(scheme_end + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  parts.authority = rest.substr(0, end);
  target = rest.substr(end);
  return isValidAuthority(parts.authority);
}

}  // namespace

bool isValidAuthority(std::string_view authority) {
  std::string_view host = authority;
  std::string_view port;
  const bool bracketed = host.starts_with('[');
  const std::size_t host_end = bracketed ? host.find(']') : 0;
  if (host_end == std::string_view::npos) return false;
  if (const std::size_t colon = host.find(':', host_end); colon != std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.empty() || port.size() > 5 || !all(port, [](char c) { return c >= '0' && c <= '9'; })) return false;
  if (bracketed) {
    return host.size() > 2 && host.ends_with(']') &&
           all(host.substr(1, host.size() - 2), [](char c) { return hexValue(c) >= 0 || c == ':' || c == '.'; });
  }
  return all(host, [](char c) {
    return isAlphanumeric(c) || std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
  });
}

Result<TargetParts, Refusal> parseTarget(std::string_view method, std::string_view target) {
  TargetParts parts;
  if (target == "*" && method == "OPTIONS") {
    parts.path = "*";
    return parts;
  }
  std::string_view origin = target;
  if (!origin.starts_with('/') && !takeAuthority(origin, parts)) {
    return failure(badTarget(target, "the host of an absolute target must be host or host:port"));
  }
  const std::size_t mark = origin.find('?');
  std::string_view path = origin.substr(0, mark);
  const std::string_view query = mark == std::string_view::npos ? "" : origin.substr(mark + 1);
  if (path.empty() && !parts.authority.empty()) path = "/";
  if (!path.starts_with('/')) return failure(badTarget(target, "it must start with / or http:// or https://"));
  if (!all(path, isPathCharacter) || !all(query, isQueryCharacter)) {
    return failure(badTarget(target, "other characters than those of RFC 3986 must be percent-encoded"));
  }
  parts.path = path;
  if (!splitPath(path, parts.segments) || !splitQuery(query, parts.query)) {
    return failure(
        badTarget(target, "percent escapes must decode to UTF-8 without NUL, segments . and .. are not allowed"));
  }
  return parts;
}

}  // namespace belfry
