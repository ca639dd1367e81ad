#include "adapters/openssl/dkim_key.h"

#include "adapters/openssl/mac.h"
#include "adapters/openssl/private_key.h"

namespace belfry::openssl {
namespace {

constexpr int kLeastRsaBits = 1024;  // RFC 8301 §3.2: a MUST; 2048 is its SHOULD, which not every DNS provider can hold

}  // namespace

std::string DkimSigner::sign(std::string_view input) const {
  if (!isEd25519(*key)) return signWith(*key, input);
  return signWith(*key, digestOf(DigestAlgorithm::sha256, input));  // RFC 8463 §3: pure Ed25519 of the hash
}

Result<DkimSigner, std::string> dkimSigner(KeyHandle key) {
  if (isEd25519(*key)) return DkimSigner{std::move(key), "ed25519-sha256"};
  if (isRsa(*key) && bitsOf(*key) >= kLeastRsaBits) return DkimSigner{std::move(key), "rsa-sha256"};
  return failure("private key: DKIM needs an Ed25519 key or an RSA key of at least " + std::to_string(kLeastRsaBits) +
                 " bits, this is " + describe(*key));
}

}  // namespace belfry::openssl
