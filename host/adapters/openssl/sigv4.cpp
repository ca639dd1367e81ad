#include "adapters/openssl/sigv4.h"

#include <algorithm>
#include <array>

#include "adapters/openssl/sigv4_canonical.h"
#include "adapters/openssl/sigv4_steps.h"

namespace belfry::openssl {
namespace {

/// What the signature adds: a second value of the caller's would make the service compute another signature.
constexpr std::array<std::string_view, 4> kAdded = {"authorization", "x-amz-date", "x-amz-security-token",
                                                    "x-amz-content-sha256"};

bool isVisible(char c) { return c > ' ' && c < '\x7f'; }
bool isScopeChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }
bool isKeyIdChar(char c) { return isVisible(c) && c != '/' && c != ','; }

bool made(std::string_view text, bool (*of)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), of);
}

/// "" when the keys can sign. Values are not shown: a secret may have been put into the wrong field.
std::string whyUnusable(const SigV4Keys& keys) {
  constexpr std::string_view kScopeRule = ": must be small letters, digits and \"-\", at least one";
  if (!made(keys.region, isScopeChar)) return "region" + std::string(kScopeRule);
  if (!made(keys.service, isScopeChar)) return "service" + std::string(kScopeRule);
  if (!made(keys.access_key_id, isKeyIdChar))
    return "access_key_id: must be visible ASCII without \"/\" and \",\", at least one character";
  if (keys.secret_access_key.empty()) return "secret_access_key: is empty";
  if (!keys.session_token.empty() && !made(keys.session_token, isVisible))
    return "session_token: must be visible ASCII";
  return "";
}

std::string whyTaken(const HeaderFields& headers) {
  for (const auto& [name, value] : headers)
    if (std::find(kAdded.begin(), kAdded.end(), lowerCase(name)) != kAdded.end())
      return "header " + name + ": is added by the signature and must not be given";
  return "";
}

}  // namespace

Result<HeaderFields, std::string> signatureHeaders(const HttpExchange& request, const SigV4Keys& keys, TimePoint at) {
  if (auto why = whyUnusable(keys); !why.empty()) return failure(std::move(why));
  if (auto why = whyTaken(request.headers); !why.empty()) return failure(std::move(why));
  HeaderFields added = {{"X-Amz-Date", amzDate(at)}};
  if (!keys.session_token.empty()) added.emplace_back("X-Amz-Security-Token", keys.session_token);
  if (keys.service == "s3") added.emplace_back("X-Amz-Content-SHA256", payloadHash(request.body));  // S3 requires it

  auto headers = request.headers;
  headers.insert(headers.end(), added.begin(), added.end());
  const auto steps = sigV4Steps({request.method, request.url, headers, request.body}, keys, at);
  if (!steps.ok()) return failure(steps.error());
  added.emplace_back("Authorization", steps->authorization);
  return added;
}

}  // namespace belfry::openssl
