// Digests and keyed digests.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

#include "ports/signatures.h"

namespace belfry::openssl {

/// Fetched once per process: EVP_sha256() and its like look the provider up at every use.
const EVP_MD* digestNamed(DigestAlgorithm algorithm);

/// Raw bytes: 16 of MD5, 20 of SHA-1, 32 of SHA-256.
std::string digestOf(DigestAlgorithm algorithm, std::string_view data);
/// RFC 2104, raw bytes; the key may be empty and of any length.
std::string macOf(MacAlgorithm algorithm, std::string_view key, std::string_view data);

}  // namespace belfry::openssl
