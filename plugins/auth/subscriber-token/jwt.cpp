#include "jwt.h"

#include <belfry/base64.hpp>
#include <belfry/json.hpp>
#include <belfry/mail_chars.hpp>

#include <optional>

namespace subscriber {
namespace {

using belfry::Json;

constexpr std::size_t kMostRead = 16 * 1024;  // longer than any header field that a host takes
constexpr std::size_t kMostDepth = 8;
constexpr std::size_t kMostKeyId = 100;
constexpr std::size_t kHs256 = 32;
constexpr std::int64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

/// RFC 7515 §2: base64url without padding, white space or line ends; one spelling for each value.
std::optional<std::string> base64UrlDecoded(std::string_view text) {
  std::string standard;
  standard.reserve(text.size() + 3);
  for (const char c : text) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    standard += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  standard.append((4 - standard.size() % 4) % 4, '=');
  return belfry::base64Decoded(standard);
}

struct Parts {
  std::string_view header, claims, signature;
};

std::optional<Parts> split(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

/// An object of the token; the text must outlive the views.
bool parseObject(belfry::JsonDom& dom, const std::optional<std::string>& text) {
  return text && dom.parse(*text, kMostDepth) && dom.root().isObject();
}

bool isPlain(std::string_view text) { return belfry::mail::isAscii(text) && !belfry::mail::hasControl(text); }

bool isSlug(std::string_view text) {
  for (const char c : text)
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  return !text.empty() && text.size() <= kMostTenant;
}

/// C0 and DEL, and their likes beyond ASCII: C1 (U+0080 to U+009F).
bool hasControl(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  return belfry::mail::hasControl(text) || text.find('\t') != std::string_view::npos;
}

const char* readHeader(Json header, Token& token) {
  for (const auto [name, value] : header.members()) {
    if (name == "alg") continue;
    if (name == "typ" && value.asString() == "JWT") continue;
    if (name != "kid") return "the header may have alg, typ (JWT) and kid only";
    if (!value.isString() || value.asString().size() > kMostKeyId || !isPlain(value.asString()))
      return "kid must be a text of at most 100 printable characters";
    token.key_id = value.asString();
  }
  return "";
}

bool isForUs(Json audience) {
  if (!audience.exists() || audience.asString() == "belfry") return true;
  for (const Json one : audience.elements())
    if (one.asString() == "belfry") return true;
  return false;
}

/// False when it is there and is no whole second that a time can have.
bool readTime(Json value, std::int64_t& seconds) {
  if (!value.exists()) return true;
  const auto number = value.asInt();
  if (!number || *number < 0 || *number > kLastSecond) return false;
  seconds = *number;
  return true;
}

const char* readClaims(Json claims, Token& token) {
  token.tenant = claims["tenant"].asString();
  if (!isSlug(token.tenant)) return "tenant must be a tenant's slug";
  token.subject = claims["sub"].asString();
  if (token.subject.empty() || token.subject.size() > kMostSubject || hasControl(token.subject))
    return "sub must be a user id of 1 to 200 bytes without control characters";
  if (!isForUs(claims["aud"])) return "aud, where it is said, must be belfry";
  token.expires_s = -1;
  if (!readTime(claims["exp"], token.expires_s) || token.expires_s < 0)
    return "exp must be a Unix time in whole seconds";
  if (!readTime(claims["iat"], token.issued_s)) return "iat must be a Unix time in whole seconds";
  if (!readTime(claims["nbf"], token.valid_from_s)) return "nbf must be a Unix time in whole seconds";
  if (token.issued_s >= token.expires_s) return "exp must lie after iat";
  return "";
}

const char* readAll(const Parts& parts, Json header, Json claims, std::size_t size, Token& token) {
  if (size > kMostTokenBytes) return "a token of at most 4096 bytes is allowed";
  if (const char* fault = readHeader(header, token); *fault != '\0') return fault;
  if (const char* fault = readClaims(claims, token); *fault != '\0') return fault;
  const auto signature = base64UrlDecoded(parts.signature);
  if (!signature || signature->size() != kHs256) return "the signature must be 32 bytes in base64url";
  token.signature = *signature;
  return "";
}

}  // namespace

Reading read(std::string_view text, Token& token) {
  const auto parts = text.size() <= kMostRead ? split(text) : std::nullopt;
  if (!parts) return Reading::other;
  const auto header_text = base64UrlDecoded(parts->header);
  const auto claims_text = base64UrlDecoded(parts->claims);
  belfry::JsonDom header, claims;
  if (!parseObject(header, header_text) || !parseObject(claims, claims_text)) return Reading::other;
  if (header.root()["alg"].asString() != "HS256" || !claims.root()["tenant"].exists()) return Reading::other;
  token.signing_input = text.substr(0, text.rfind('.'));
  token.fault = readAll(*parts, header.root(), claims.root(), text.size(), token);
  return *token.fault == '\0' ? Reading::complete : Reading::bad;
}

}  // namespace subscriber
