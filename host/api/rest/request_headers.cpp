#include "api/rest/request_headers.h"

#include <algorithm>

#include "api/rest/name_form.h"

namespace belfry {
namespace {

constexpr std::size_t kMostKeyBytes = 255;
constexpr std::string_view kBearer = "Bearer ";

Problem unauthenticated(std::string detail) { return {ErrorCode::unauthenticated, std::move(detail), {}, 0}; }

Problem malformed(std::string detail) { return {ErrorCode::malformed_request, std::move(detail), {}, 0}; }

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// `type/subtype; parameters` without parameters.
std::string_view mediaType(std::string_view value) { return trim(value.substr(0, value.find(';'))); }

/// The only parameter that JSON is sent with, though RFC 8259 defines none.
bool saysUtf8(std::string_view value) {
  const auto semicolon = value.find(';');
  if (semicolon == std::string_view::npos) return true;
  const auto parameter = trim(value.substr(semicolon + 1));
  return parameter.empty() || equalsIgnoringCase(parameter, "charset=utf-8") ||
         equalsIgnoringCase(parameter, "charset=\"utf-8\"");
}

}  // namespace

Result<std::optional<PresentedCredential>, Problem> presentedCredential(const HttpHeaders& headers) {
  const auto keys = headers.count("X-API-Key");
  const auto authorizations = headers.count("Authorization");
  if (keys + authorizations == 0) return std::optional<PresentedCredential>();
  if (keys + authorizations > 1)
    return failure(unauthenticated("more than one credential: send X-API-Key or Authorization, once"));
  if (keys == 1) return std::optional(PresentedCredential{"api-key", std::string(headers.get("X-API-Key"))});
  const auto value = headers.get("Authorization");
  if (value.size() > kBearer.size() && equalsIgnoringCase(value.substr(0, kBearer.size()), kBearer)) {
    return std::optional(PresentedCredential{"bearer", std::string(trim(value.substr(kBearer.size())))});
  }
  return failure(unauthenticated("Authorization is not of a scheme that is accepted; allowed: Bearer"));
}

Result<std::string, Problem> tenantToActOn(const HttpHeaders& headers) {
  const auto count = headers.count("X-Tenant");
  if (count == 0) return std::string();
  if (count > 1) return failure(malformed("X-Tenant is there twice; allowed: once"));
  const auto slug = headers.get("X-Tenant");
  if (isSlug(slug)) return std::string(slug);
  return failure(
      malformed("X-Tenant '" + shorten(slug) + "' is not a tenant's slug; allowed: " + std::string(kSlugForm)));
}

Result<std::string, Problem> idempotencyKey(const HttpHeaders& headers) {
  const auto count = headers.count("Idempotency-Key");
  if (count == 0) return std::string();
  if (count > 1) return failure(malformed("Idempotency-Key is there twice; allowed: once"));
  const auto key = headers.get("Idempotency-Key");
  const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (visible && !key.empty() && key.size() <= kMostKeyBytes) return std::string(key);
  return failure(malformed("Idempotency-Key '" + shorten(key) + "' of " + std::to_string(key.size()) +
                           " bytes is not valid; allowed: 1 to 255 visible ASCII characters"));
}

Digest256 requestHash(const HttpRequest& request) {
  return sha256(request.method + '\n' + request.target + '\n' + request.body);
}

std::optional<Problem> checkContentType(const HttpHeaders& headers) {
  const auto value = headers.get("Content-Type");
  if (headers.count("Content-Type") == 1 && equalsIgnoringCase(mediaType(value), "application/json") &&
      saysUtf8(value)) {
    return std::nullopt;
  }
  const auto given = value.empty() ? std::string("no Content-Type") : "Content-Type '" + shorten(value) + "'";
  return Problem{
      ErrorCode::unsupported_media_type, given + " is not accepted; allowed: application/json in UTF-8", {}, 0};
}

bool announcesBody(const HttpHeaders& headers) {
  if (headers.find("Transfer-Encoding") != nullptr) return true;
  const auto length = headers.get("Content-Length");
  return length.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace belfry
