#include "kit/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

namespace belfry {
namespace {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

[[noreturn]] void fail(const char* call) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw CryptoError(std::string(call) + " failed: " + reason.data());
}

void check(int ok, const char* call) {
  if (ok != 1) fail(call);
}

/// OpenSSL takes lengths as int.
int intSize(std::string_view data) {
  if (data.size() > static_cast<std::size_t>(std::numeric_limits<int>::max() - 64))
    throw CryptoError("over 2 GiB at once");
  return static_cast<int>(data.size());
}

const unsigned char* in(std::string_view data) { return reinterpret_cast<const unsigned char*>(data.data()); }
unsigned char* out(std::string& data, std::size_t at = 0) { return reinterpret_cast<unsigned char*>(data.data() + at); }

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

/// Fetched once: EVP_aes_256_gcm() would look the provider up at every use.
const EVP_CIPHER* aes256Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (!cipher) fail("EVP_CIPHER_fetch");
  return cipher;
}

const EVP_MD* sha256Algorithm() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (!digest) fail("EVP_MD_fetch");
  return digest;
}

CipherContext newCipherContext() {
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context) fail("EVP_CIPHER_CTX_new");
  return context;
}

/// HMAC-SHA-256 as it is made once for each thread: HMAC() looks algorithm and digest up, builds a context and throws
/// it away at every call, which costs several times the hashing. Between calls it holds what the last key became.
EVP_MAC_CTX* hmacContext() {
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  thread_local const std::unique_ptr<EVP_MAC_CTX, Free> context = [] {
    if (!hmac) fail("EVP_MAC_fetch");
    std::unique_ptr<EVP_MAC_CTX, Free> made(EVP_MAC_CTX_new(hmac));
    if (!made) fail("EVP_MAC_CTX_new");
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    check(EVP_MAC_CTX_set_params(made.get(), params), "EVP_MAC_CTX_set_params");
    return made;
  }();
  return context.get();
}

void fillRandom(unsigned char* at, std::size_t size) {
  while (size > 0) {
    const auto piece = std::min<std::size_t>(size, 1U << 20);
    check(RAND_bytes(at, static_cast<int>(piece)), "RAND_bytes");
    at += piece;
    size -= piece;
  }
}

/// Random bytes for ids and nonces, fetched in blocks: asking the generator costs the same for 10 as for 100. What was
/// given away is wiped here. Keys are not taken from it.
class RandomBlock {
 public:
  static constexpr std::size_t kMostAtOnce = 16;

  ~RandomBlock() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  void take(void* out, std::size_t size) {
    if (bytes_.size() - used_ < size) {
      fillRandom(bytes_.data(), bytes_.size());
      used_ = 0;
    }
    std::memcpy(out, bytes_.data() + used_, size);
    OPENSSL_cleanse(bytes_.data() + used_, size);
    used_ += size;
  }

 private:
  std::array<unsigned char, 512> bytes_{};
  std::size_t used_ = bytes_.size();
};

}  // namespace

void randomBytes(void* out, std::size_t size) {
  thread_local RandomBlock block;
  if (size <= RandomBlock::kMostAtOnce) block.take(out, size);
  else fillRandom(static_cast<unsigned char*>(out), size);
}

std::string randomBytes(std::size_t size) {
  std::string bytes(size, '\0');
  randomBytes(bytes.data(), size);
  return bytes;
}

Digest256 sha256(std::string_view data) {
  Digest256 digest{};
  check(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, sha256Algorithm(), nullptr), "EVP_Digest");
  return digest;
}

Digest256 hmacSha256(std::string_view key, std::string_view data) {
  const auto* key_bytes = key.empty() ? "" : key.data();  // a null key would be "the key of last time"
  Digest256 digest{};
  std::size_t size = 0;
  EVP_MAC_CTX* const context = hmacContext();
  check(EVP_MAC_init(context, in({key_bytes, key.size()}), key.size(), nullptr), "EVP_MAC_init");
  check(EVP_MAC_update(context, in(data), data.size()), "EVP_MAC_update");
  check(EVP_MAC_final(context, digest.data(), &size, digest.size()), "EVP_MAC_final");
  return digest;
}

Key256 hkdfSha256(std::string_view secret, std::string_view salt, std::string_view info) {
  // RFC 5869 §2.2: an absent salt is HashLen zeros, which HMAC makes of an empty key anyway.
  auto pseudo_random_key = hmacSha256(salt, secret);
  std::string block(info);
  block.push_back('\x01');  // §2.3: T(1), the only block that 32 bytes need
  const auto key = hmacSha256(asView(pseudo_random_key), block);
  OPENSSL_cleanse(pseudo_random_key.data(), pseudo_random_key.size());
  return key;
}

bool constantTimeEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string aesGcmSeal(const Key256& key, std::string_view plaintext, std::string_view aad) {
  const int size = intSize(plaintext);
  std::string sealed(kNonceSize + plaintext.size() + kTagSize, '\0');
  randomBytes(sealed.data(), kNonceSize);
  const auto context = newCipherContext();
  int written = 0;
  check(EVP_EncryptInit_ex2(context.get(), aes256Gcm(), key.data(), out(sealed), nullptr), "EVP_EncryptInit_ex2");
  check(EVP_EncryptUpdate(context.get(), nullptr, &written, in(aad), intSize(aad)), "EVP_EncryptUpdate (AAD)");
  check(EVP_EncryptUpdate(context.get(), out(sealed, kNonceSize), &written, in(plaintext), size), "EVP_EncryptUpdate");
  const auto end = kNonceSize + plaintext.size();
  check(EVP_EncryptFinal_ex(context.get(), out(sealed, end), &written), "EVP_EncryptFinal_ex");
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, out(sealed, end)), "EVP_CTRL_AEAD_GET_TAG");
  return sealed;
}

std::optional<std::string> aesGcmOpen(const Key256& key, std::string_view sealed, std::string_view aad) {
  if (sealed.size() < kNonceSize + kTagSize) return std::nullopt;
  const auto nonce = sealed.substr(0, kNonceSize);
  const auto body = sealed.substr(kNonceSize, sealed.size() - kNonceSize - kTagSize);
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  std::string plaintext(body.size(), '\0');
  const auto context = newCipherContext();
  int written = 0;
  check(EVP_DecryptInit_ex2(context.get(), aes256Gcm(), key.data(), in(nonce), nullptr), "EVP_DecryptInit_ex2");
  check(EVP_DecryptUpdate(context.get(), nullptr, &written, in(aad), intSize(aad)), "EVP_DecryptUpdate (AAD)");
  check(EVP_DecryptUpdate(context.get(), out(plaintext), &written, in(body), intSize(body)), "EVP_DecryptUpdate");
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, out(tag)), "EVP_CTRL_AEAD_SET_TAG");
  std::array<unsigned char, kTagSize> rest{};
  if (EVP_DecryptFinal_ex(context.get(), rest.data(), &written) == 1) return plaintext;
  ERR_clear_error();
  OPENSSL_cleanse(plaintext.data(), plaintext.size());
  return std::nullopt;
}

std::string_view asView(const Key256& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace belfry
