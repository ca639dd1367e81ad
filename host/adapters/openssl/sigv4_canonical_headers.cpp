// The headers in their canonical form.
#include <algorithm>
#include <array>
#include <map>

#include "adapters/openssl/sigv4_canonical.h"

namespace belfry::openssl {
namespace {

/// Left out: what belongs to one connection (RFC 9110 §7.6.1, RFC 9112 §6.1), what proxies add to or take away, and
/// the signature itself. AWS's own SDKs leave out the same.
constexpr std::array<std::string_view, 12> kUnsigned = {
    "authorization", "connection",        "expect",  "keep-alive", "proxy-authorization", "proxy-connection", "te",
    "trailer",       "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id"};

bool isTokenChar(char c) {  // RFC 9110 §5.6.2
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isName(std::string_view name) { return !name.empty() && std::all_of(name.begin(), name.end(), isTokenChar); }

bool isValue(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; });
}

/// Without white space around it, and one space for each run inside.
std::string trimmed(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) text += c;
    else if (!text.empty() && text.back() != ' ') text += ' ';
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

Result<CanonicalHeaders, std::string> canonicalHeaders(const HeaderFields& headers, std::string_view host) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : headers) {
    if (!isName(name)) return failure(std::string("header: a name holds what RFC 9110 does not allow in one"));
    if (!isValue(value)) return failure("header " + name + ": holds a line break or another control character");
    const auto lower = lowerCase(name);
    if (std::find(kUnsigned.begin(), kUnsigned.end(), lower) != kUnsigned.end()) continue;
    const auto [entry, first] = sorted.try_emplace(lower, trimmed(value));
    if (!first && lower == "host") return failure("header " + name + ": stands twice");
    if (!first) entry->second += "," + trimmed(value);
  }
  sorted.try_emplace("host", host);
  CanonicalHeaders canonical;
  for (const auto& [name, value] : sorted) {
    canonical.lines += name + ":" + value + "\n";
    canonical.names += (canonical.names.empty() ? "" : ";") + name;
  }
  return canonical;
}

}  // namespace belfry::openssl
