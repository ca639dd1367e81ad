#include "adapters/openssl/sigv4_steps.h"

#include <openssl/crypto.h>

#include "adapters/openssl/mac.h"
#include "adapters/openssl/sigv4_canonical.h"
#include "kit/crypto.h"

namespace belfry::openssl {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";

std::string scopeOf(const SigV4Keys& keys, std::string_view date) {
  return std::string(date) + "/" + keys.region + "/" + keys.service + "/" + std::string(kTerminator);
}

/// Every step's key is wiped: each one signs for a whole day.
std::string signatureOf(const SigV4Keys& keys, std::string_view date, std::string_view string_to_sign) {
  std::string key = "AWS4" + keys.secret_access_key;
  for (const std::string_view part :
       {date, std::string_view(keys.region), std::string_view(keys.service), kTerminator}) {
    auto next = macOf(MacAlgorithm::hmac_sha256, key, part);
    OPENSSL_cleanse(key.data(), key.size());
    key = std::move(next);
  }
  const auto signature = macOf(MacAlgorithm::hmac_sha256, key, string_to_sign);
  OPENSSL_cleanse(key.data(), key.size());
  return toHex(signature);
}

}  // namespace

std::string amzDate(TimePoint at) {
  const auto text = formatRfc3339(at);  // 2015-08-30T12:36:00.000000Z
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 5) + text.substr(14, 2) + text.substr(17, 2) + "Z";
}

std::string payloadHash(std::string_view body) { return toHex(digestOf(DigestAlgorithm::sha256, body)); }

Result<SigV4Steps, std::string> sigV4Steps(const SigV4Request& request, const SigV4Keys& keys, TimePoint at) {
  const auto url = splitUrl(request.url);
  if (!url.ok()) return failure(url.error());
  const auto query = canonicalQuery(url->query);
  if (!query.ok()) return failure(query.error());
  const auto headers = canonicalHeaders(request.headers, url->host);
  if (!headers.ok()) return failure(headers.error());

  const auto path = keys.service == "s3" ? url->path : canonicalPath(url->path);
  SigV4Steps steps;
  steps.canonical_request = std::string(request.method) + "\n" + path + "\n" + *query + "\n" + headers->lines + "\n" +
                            headers->names + "\n" + payloadHash(request.body);
  const auto time = amzDate(at);
  const auto date = time.substr(0, 8);
  const auto scope = scopeOf(keys, date);
  steps.string_to_sign =
      std::string(kAlgorithm) + "\n" + time + "\n" + scope + "\n" + payloadHash(steps.canonical_request);
  steps.authorization = std::string(kAlgorithm) + " Credential=" + keys.access_key_id + "/" + scope +
                        ", SignedHeaders=" + headers->names +
                        ", Signature=" + signatureOf(keys, date, steps.string_to_sign);
  return steps;
}

}  // namespace belfry::openssl
