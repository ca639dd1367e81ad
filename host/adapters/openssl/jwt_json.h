// The two JSON parts of a JWT.
#pragma once

#include <string>
#include <string_view>

#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// The header with `alg` as its first member, then the members given, in their order. Error: no JSON object, or one
/// with an `alg` of its own.
Result<std::string, std::string> joseHeader(JwtAlgorithm algorithm, std::string_view header_json);

/// "" when the text is one JSON object, as RFC 7519 §7.1 wants it.
std::string whyNoClaims(std::string_view claims_json);

}  // namespace belfry::openssl
