// Compact JSON Web Signatures (RFC 7515 §3.1) with RS256 and ES256.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/handles.h"
#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// See Signatures::jwt. The claims are signed as the bytes given.
Result<std::string, std::string> compactJwt(JwtAlgorithm algorithm, EVP_PKEY& key, std::string_view header_json,
                                            std::string_view claims_json);

}  // namespace belfry::openssl
