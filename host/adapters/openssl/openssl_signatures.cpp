#include "adapters/openssl/openssl_signatures.h"

#include "adapters/openssl/dkim.h"
#include "adapters/openssl/dkim_key.h"
#include "adapters/openssl/jwt.h"
#include "adapters/openssl/mac.h"
#include "adapters/openssl/public_key.h"
#include "adapters/openssl/sigv4.h"

namespace belfry::openssl {

std::string OpenSslSignatures::digest(DigestAlgorithm algorithm, std::string_view data) {
  return digestOf(algorithm, data);
}

std::string OpenSslSignatures::mac(MacAlgorithm algorithm, std::string_view key, std::string_view data) {
  return macOf(algorithm, key, data);
}

Result<std::string, std::string> OpenSslSignatures::jwt(JwtAlgorithm algorithm, std::string_view private_key_pem,
                                                        std::string_view header_json, std::string_view claims_json) {
  const auto key = keys_.read(private_key_pem);
  if (!key.ok()) return failure(key.error());
  return compactJwt(algorithm, **key, header_json, claims_json);
}

Result<bool, std::string> OpenSslSignatures::verify(PublicKeyAlgorithm algorithm, PublicKeyForm form,
                                                    std::string_view key, std::string_view data,
                                                    std::string_view signature, TimePoint at) {
  const auto read = readPublicKey(form, key, at);
  if (!read.ok()) return failure(read.error());
  return verifySignature(algorithm, **read, data, signature);
}

Result<HeaderFields, std::string> OpenSslSignatures::sigv4(const HttpExchange& request, const SigV4Keys& keys,
                                                           TimePoint at) {
  return signatureHeaders(request, keys, at);
}

Result<std::string, std::string> OpenSslSignatures::dkim(const DkimKey& key, std::string_view message, TimePoint at) {
  auto private_key = keys_.read(key.private_key_pem);
  if (!private_key.ok()) return failure(private_key.error());
  const auto signer = dkimSigner(std::move(*private_key));
  if (!signer.ok()) return failure(signer.error());
  return dkimSignature(key, *signer, message, at);
}

}  // namespace belfry::openssl
