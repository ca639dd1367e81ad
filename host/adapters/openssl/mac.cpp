#include "adapters/openssl/mac.h"

#include <openssl/hmac.h>

#include <limits>

#include "adapters/openssl/library_calls.h"

namespace belfry::openssl {
namespace {

const EVP_MD* fetch(const char* name) {
  const EVP_MD* digest = EVP_MD_fetch(nullptr, name, nullptr);
  check(digest != nullptr, "EVP_MD_fetch");
  return digest;
}

DigestAlgorithm digestOfMac(MacAlgorithm algorithm) {
  return algorithm == MacAlgorithm::hmac_sha1 ? DigestAlgorithm::sha1 : DigestAlgorithm::sha256;
}

unsigned char* bytesOf(std::string& data) { return reinterpret_cast<unsigned char*>(data.data()); }

}  // namespace

const EVP_MD* digestNamed(DigestAlgorithm algorithm) {
  static const EVP_MD* const sha1 = fetch("SHA1");
  static const EVP_MD* const sha256 = fetch("SHA256");
  if (algorithm == DigestAlgorithm::sha1) return sha1;
  if (algorithm == DigestAlgorithm::sha256) return sha256;
  static const EVP_MD* const md5 = fetch("MD5");  // by itself: a host in FIPS mode has none, and may never ask
  return md5;
}

std::string digestOf(DigestAlgorithm algorithm, std::string_view data) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  check(EVP_Digest(data.data(), data.size(), bytesOf(digest), &size, digestNamed(algorithm), nullptr) == 1,
        "EVP_Digest");
  digest.resize(size);
  return digest;
}

std::string macOf(MacAlgorithm algorithm, std::string_view key, std::string_view data) {
  check(key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "HMAC");
  const auto* key_bytes = key.empty() ? "" : key.data();  // HMAC() takes a null key as "the key of last time"
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  const auto* made = HMAC(digestNamed(digestOfMac(algorithm)), key_bytes, static_cast<int>(key.size()),
                          openssl::bytesOf(data), data.size(), bytesOf(mac), &size);
  check(made != nullptr, "HMAC");
  mac.resize(size);
  return mac;
}

}  // namespace belfry::openssl
