// AWS Signature Version 4: the headers that sign a request.
#pragma once

#include <string>

#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// See Signatures::sigv4.
Result<HeaderFields, std::string> signatureHeaders(const HttpExchange& request, const SigV4Keys& keys, TimePoint at);

}  // namespace belfry::openssl
