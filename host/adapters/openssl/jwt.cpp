#include "adapters/openssl/jwt.h"

#include <openssl/bn.h>

#include "adapters/openssl/jwt_json.h"
#include "adapters/openssl/library_calls.h"
#include "adapters/openssl/private_key.h"
#include "kit/crypto.h"

namespace belfry::openssl {
namespace {

constexpr int kLeastRsaBits = 2048;   // RFC 7518 §3.3
constexpr int kCoordinateBytes = 32;  // RFC 7518 §3.4: R and S of P-256

/// "" when the key can sign with the algorithm.
std::string misfit(JwtAlgorithm algorithm, const EVP_PKEY& key) {
  if (algorithm == JwtAlgorithm::es256)
    return isP256(key) ? "" : "private key: ES256 needs an EC key on P-256, this is " + describe(key);
  if (isRsa(key) && bitsOf(key) >= kLeastRsaBits) return "";
  return "private key: RS256 needs an RSA key of at least " + std::to_string(kLeastRsaBits) + " bits, this is " +
         describe(key);
}

/// RFC 7518 §3.4 wants R ‖ S where OpenSSL makes ASN.1 DER.
std::string rawEcdsa(std::string_view der) {
  const auto* at = bytesOf(der);
  const EcdsaParts parts(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  check(parts != nullptr, "d2i_ECDSA_SIG");
  std::string raw(2 * kCoordinateBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  check(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out, kCoordinateBytes) > 0, "BN_bn2binpad");
  check(BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out + kCoordinateBytes, kCoordinateBytes) > 0, "BN_bn2binpad");
  return raw;
}

}  // namespace

Result<std::string, std::string> compactJwt(JwtAlgorithm algorithm, EVP_PKEY& key, std::string_view header_json,
                                            std::string_view claims_json) {
  const auto header = joseHeader(algorithm, header_json);
  if (!header.ok()) return failure(header.error());
  if (auto why = whyNoClaims(claims_json); !why.empty()) return failure(std::move(why));
  if (auto why = misfit(algorithm, key); !why.empty()) return failure(std::move(why));

  auto token = toBase64Url(*header) + "." + toBase64Url(claims_json);
  const auto signature = signWith(key, token);
  return token + "." + toBase64Url(algorithm == JwtAlgorithm::es256 ? rawEcdsa(signature) : signature);
}

}  // namespace belfry::openssl
