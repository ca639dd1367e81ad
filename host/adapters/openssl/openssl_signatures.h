// The port of signatures on OpenSSL 3: what providers' protocols sign and verify.
#pragma once

#include "adapters/openssl/key_cache.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// Keeps the private keys used lately, see KeyCache. Thread-safe. A failure of the library itself (no memory, no random
/// numbers) throws CryptoError.
class OpenSslSignatures final : public Signatures {
 public:
  std::string digest(DigestAlgorithm algorithm, std::string_view data) override;
  std::string mac(MacAlgorithm algorithm, std::string_view key, std::string_view data) override;
  Result<std::string, std::string> jwt(JwtAlgorithm algorithm, std::string_view private_key_pem,
                                       std::string_view header_json, std::string_view claims_json) override;
  Result<bool, std::string> verify(PublicKeyAlgorithm algorithm, PublicKeyForm form, std::string_view key,
                                   std::string_view data, std::string_view signature, TimePoint at) override;
  Result<HeaderFields, std::string> sigv4(const HttpExchange& request, const SigV4Keys& keys, TimePoint at) override;
  Result<std::string, std::string> dkim(const DkimKey& key, std::string_view message, TimePoint at) override;

 private:
  KeyCache keys_;
};

}  // namespace belfry::openssl
