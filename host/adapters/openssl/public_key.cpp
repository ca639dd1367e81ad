#include "adapters/openssl/public_key.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <chrono>

#include "adapters/openssl/library_calls.h"
#include "adapters/openssl/mac.h"
#include "adapters/openssl/private_key.h"
#include "kit/crypto.h"

namespace belfry::openssl {
namespace {

constexpr int kLeastRsaBits = 1024;  // NIST SP 800-131A rev. 2 §3: legacy verification; anything less can be factored

bool contains(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

KeyHandle fromBase64Der(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, isSpace);
  const auto der = fromBase64(packed);
  if (!der) return nullptr;
  const auto* at = bytesOf(*der);
  KeyHandle key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size())));
  return key && at == bytesOf(*der) + der->size() ? std::move(key) : nullptr;
}

std::string whyNoSpki(std::string_view text) {
  if (text.empty()) return "public key: is empty";
  if (contains(text, "PRIVATE KEY-----")) return "public key: is a private key; give the public one";
  if (contains(text, "BEGIN CERTIFICATE")) return "public key: is a certificate; a bare public key is wanted";
  return "public key: must be a SubjectPublicKeyInfo, PEM (PUBLIC KEY) or DER in base64";
}

Result<KeyHandle, std::string> readSpki(std::string_view text) {
  KeyHandle key;
  if (contains(text, "-----BEGIN PUBLIC KEY")) {
    key.reset(PEM_read_bio_PUBKEY(readerOf(text).get(), nullptr, nullptr, nullptr));
  } else if (!contains(text, "-----BEGIN")) {
    key = fromBase64Der(text);
  }
  ERR_clear_error();
  if (!key) return failure(whyNoSpki(text));
  return key;
}

/// "" when the certificate is valid at that time.
std::string whyNotValid(const X509& certificate, TimePoint at) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
  const TimeHandle when(ASN1_TIME_set(nullptr, now));
  check(when != nullptr, "ASN1_TIME_set");
  const int since_start = ASN1_TIME_compare(when.get(), X509_get0_notBefore(&certificate));
  const int since_end = ASN1_TIME_compare(when.get(), X509_get0_notAfter(&certificate));
  if (since_start == -2 || since_end == -2) return "certificate: its validity dates cannot be read";
  if (since_start < 0) return "certificate: is not yet valid at " + formatRfc3339(at);
  if (since_end > 0) return "certificate: has expired at " + formatRfc3339(at);  // RFC 5280 §4.1.2.5: both inclusive
  return "";
}

Result<KeyHandle, std::string> readCertificate(std::string_view text, TimePoint at) {
  const CertificateHandle certificate(PEM_read_bio_X509(readerOf(text).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!certificate) return failure(std::string("certificate: must be PEM text with a CERTIFICATE block"));
  if (auto why = whyNotValid(*certificate, at); !why.empty()) return failure(std::move(why));
  KeyHandle key(X509_get_pubkey(certificate.get()));
  ERR_clear_error();
  if (!key) return failure(std::string("certificate: its public key cannot be read"));
  return key;
}

/// "" when the key can verify this algorithm.
std::string misfit(PublicKeyAlgorithm algorithm, const EVP_PKEY& key) {
  if (algorithm == PublicKeyAlgorithm::ecdsa_p256_sha256)
    return isP256(key) ? "" : "public key: must be an EC key on P-256, is " + describe(key);
  if (isRsa(key) && bitsOf(key) >= kLeastRsaBits) return "";
  return "public key: must be an RSA key of at least " + std::to_string(kLeastRsaBits) + " bits, is " + describe(key);
}

}  // namespace

Result<KeyHandle, std::string> readPublicKey(PublicKeyForm form, std::string_view text, TimePoint at) {
  return form == PublicKeyForm::certificate ? readCertificate(text, at) : readSpki(text);
}

Result<bool, std::string> verifySignature(PublicKeyAlgorithm algorithm, EVP_PKEY& key, std::string_view data,
                                          std::string_view signature) {
  if (auto why = misfit(algorithm, key); !why.empty()) return failure(std::move(why));
  const auto digest = algorithm == PublicKeyAlgorithm::rsa_pkcs1_sha1 ? DigestAlgorithm::sha1 : DigestAlgorithm::sha256;
  const DigestContext context(EVP_MD_CTX_new());
  check(context != nullptr, "EVP_MD_CTX_new");
  check(EVP_DigestVerifyInit(context.get(), nullptr, digestNamed(digest), nullptr, &key) == 1, "EVP_DigestVerifyInit");
  const bool valid =
      EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(data), data.size()) == 1;
  ERR_clear_error();
  return valid;
}

}  // namespace belfry::openssl
