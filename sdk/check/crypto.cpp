#include "check/crypto.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace belfry::check {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

int digitOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

Bio reading(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

bool isPem(std::string_view key) { return key.find("-----BEGIN ") != std::string_view::npos; }

Key publicKey(std::string_view key) {
  if (isPem(key)) return Key(PEM_read_bio_PUBKEY(reading(key).get(), nullptr, nullptr, nullptr));
  const auto der = decodeBase64(key);
  if (!der) return nullptr;
  const unsigned char* at = bytes(*der);
  return Key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size())));
}

Key certifiedKey(std::string_view pem, std::int64_t at_ms) {
  const Certificate certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) return nullptr;
  std::time_t at = static_cast<std::time_t>(at_ms / 1000);
  const bool begun = X509_cmp_time(X509_get0_notBefore(certificate.get()), &at) < 0;
  const bool over = X509_cmp_time(X509_get0_notAfter(certificate.get()), &at) < 0;
  return begun && !over ? Key(X509_get_pubkey(certificate.get())) : nullptr;
}

bool fits(std::int32_t alg, const EVP_PKEY* key) {
  const bool elliptic = alg == BF_PK_ECDSA_P256_SHA256;
  if (!elliptic) return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_bits(key) == 256;
}

}  // namespace

std::string encodeBase64(std::string_view data) {
  std::string out((data.size() + 2) / 3 * 4 + 1, '\0');
  const int n =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(data), static_cast<int>(data.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

std::optional<std::string> decodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const int digit = digitOf(c);
    if (digit < 0) return std::nullopt;
    held = (held << 6) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>((held >> bits) & 0xff);
  }
  return bits < 6 ? std::optional(out) : std::nullopt;
}

std::string digestOf(std::int32_t alg, std::string_view data) {
  const EVP_MD* md = alg == BF_HASH_SHA1     ? EVP_sha1()
                     : alg == BF_HASH_SHA256 ? EVP_sha256()
                     : alg == BF_HASH_MD5    ? EVP_md5()
                                             : nullptr;
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  if (!md || EVP_Digest(data.data(), data.size(), out, &n, md, nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(out), n};
}

std::string macOf(std::int32_t alg, std::string_view key, std::string_view data) {
  const EVP_MD* md = alg == BF_MAC_HMAC_SHA1 ? EVP_sha1() : alg == BF_MAC_HMAC_SHA256 ? EVP_sha256() : nullptr;
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  if (!md || !HMAC(md, key.data(), static_cast<int>(key.size()), bytes(data), data.size(), out, &n)) return {};
  return {reinterpret_cast<const char*>(out), n};
}

bf_status verifySignature(std::int32_t alg, std::int32_t key_form, std::string_view key, std::string_view data,
                          std::string_view signature, std::int64_t at_ms) {
  if (alg < BF_PK_RSA_SHA1 || alg > BF_PK_ECDSA_P256_SHA256) return BF_E_INVALID;
  const Key owned = key_form == BF_KEY_X509 ? certifiedKey(key, at_ms) : publicKey(key);
  if (!owned || !fits(alg, owned.get())) return BF_E_INVALID;
  const Context context(EVP_MD_CTX_new());
  const EVP_MD* md = alg == BF_PK_RSA_SHA1 ? EVP_sha1() : EVP_sha256();
  if (EVP_DigestVerifyInit(context.get(), nullptr, md, nullptr, owned.get()) != 1) return BF_E_INVALID;
  const int good = EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(data), data.size());
  return good == 1 ? BF_OK : BF_E_DENIED;
}

}  // namespace belfry::check
