// Cryptographic primitives on OpenSSL EVP. Failures of the library itself throw CryptoError; wrong input to decrypt is
// nullopt. All functions are thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace belfry {

class CryptoError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Key256 = std::array<std::uint8_t, 32>;
using Digest256 = std::array<std::uint8_t, 32>;

/// Bytes from the system's generator (RAND_bytes).
void randomBytes(void* out, std::size_t size);
std::string randomBytes(std::size_t size);

Digest256 sha256(std::string_view data);
Digest256 hmacSha256(std::string_view key, std::string_view data);
/// RFC 5869 with SHA-256, one 32-byte output.
Key256 hkdfSha256(std::string_view secret, std::string_view salt, std::string_view info);
/// Compares in time that depends on the lengths only.
bool constantTimeEquals(std::string_view a, std::string_view b);

/// AES-256-GCM. Returns nonce (12) ‖ ciphertext ‖ tag (16) with a fresh random nonce.
std::string aesGcmSeal(const Key256& key, std::string_view plaintext, std::string_view aad);
/// The plaintext, or nullopt when the tag does not fit (wrong key, AAD or changed bytes) or the input is too short.
std::optional<std::string> aesGcmOpen(const Key256& key, std::string_view sealed, std::string_view aad);

std::string_view asView(const Key256& bytes);
std::string toHex(std::string_view bytes);
std::optional<std::string> fromHex(std::string_view hex);
/// RFC 4648 §4 with padding.
std::string toBase64(std::string_view bytes);
std::optional<std::string> fromBase64(std::string_view text);
/// RFC 4648 §5 without padding.
std::string toBase64Url(std::string_view bytes);
std::optional<std::string> fromBase64Url(std::string_view text);

}  // namespace belfry
