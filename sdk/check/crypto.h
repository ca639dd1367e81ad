// Real cryptography for vectors, so that a callback with a true signature can be told from a forged one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "belfry/host.h"

namespace belfry::check {

/// RFC 4648 §4, padded.
std::string encodeBase64(std::string_view bytes);
/// Takes both alphabets of RFC 4648, with or without padding; nullopt for anything else.
std::optional<std::string> decodeBase64(std::string_view text);

/// BF_HASH_* of data: raw bytes; empty for an algorithm that is none.
std::string digestOf(std::int32_t alg, std::string_view data);
/// BF_MAC_* of data under key: raw bytes; empty for an algorithm that is none.
std::string macOf(std::int32_t alg, std::string_view key, std::string_view data);

/// As bf_crypto_v1.verify.
bf_status verifySignature(std::int32_t alg, std::int32_t key_form, std::string_view key, std::string_view data,
                          std::string_view signature, std::int64_t at_ms);

}  // namespace belfry::check
