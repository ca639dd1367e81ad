#include "adapters/openssl/private_key.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>

#include "adapters/openssl/library_calls.h"
#include "adapters/openssl/mac.h"

namespace belfry::openssl {
namespace {

/// Without it OpenSSL would ask for a passphrase on the terminal.
int noPassphrase(char*, int, int, void*) { return -1; }

std::string whyUnreadable(std::string_view pem) {
  const auto has = [&](std::string_view text) { return pem.find(text) != std::string_view::npos; };
  if (pem.empty()) return "private key: is empty";
  if (has("ENCRYPTED")) return "private key: is encrypted; give it without a passphrase";
  if (has("PRIVATE KEY-----")) return "private key: its PEM block cannot be read";
  if (has("-----BEGIN")) return "private key: the PEM text holds no private key";
  return "private key: must be PEM text with a PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY block";
}

std::string groupOf(const EVP_PKEY& key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(&key, name.data(), name.size(), &size) == 1 ? std::string(name.data(), size) : "";
}

}  // namespace

Result<KeyHandle, std::string> readPrivateKey(std::string_view pem) {
  KeyHandle key(PEM_read_bio_PrivateKey(readerOf(pem).get(), nullptr, noPassphrase, nullptr));
  ERR_clear_error();
  if (!key) return failure(whyUnreadable(pem));
  return key;
}

bool isRsa(const EVP_PKEY& key) { return EVP_PKEY_is_a(&key, "RSA") == 1; }
bool isP256(const EVP_PKEY& key) { return EVP_PKEY_is_a(&key, "EC") == 1 && groupOf(key) == "prime256v1"; }
bool isEd25519(const EVP_PKEY& key) { return EVP_PKEY_is_a(&key, "ED25519") == 1; }
int bitsOf(const EVP_PKEY& key) { return EVP_PKEY_get_bits(&key); }

std::string describe(const EVP_PKEY& key) {
  if (isRsa(key)) return "an RSA key of " + std::to_string(bitsOf(key)) + " bits";
  if (EVP_PKEY_is_a(&key, "EC") == 1) return "an EC key on " + groupOf(key);
  const char* name = EVP_PKEY_get0_type_name(&key);
  return name ? "an " + std::string(name) + " key" : "a key of another kind";
}

std::string signWith(EVP_PKEY& key, std::string_view data) {
  const DigestContext context(EVP_MD_CTX_new());
  check(context != nullptr, "EVP_MD_CTX_new");
  const EVP_MD* digest = isEd25519(key) ? nullptr : digestNamed(DigestAlgorithm::sha256);
  check(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, &key) == 1, "EVP_DigestSignInit");
  std::size_t size = 0;
  check(EVP_DigestSign(context.get(), nullptr, &size, bytesOf(data), data.size()) == 1, "EVP_DigestSign");
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  check(EVP_DigestSign(context.get(), out, &size, bytesOf(data), data.size()) == 1, "EVP_DigestSign");
  signature.resize(size);
  return signature;
}

}  // namespace belfry::openssl
