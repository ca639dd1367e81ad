// DKIM signatures (RFC 6376, RFC 8463): the header field that signs a message.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/dkim_key.h"
#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// See Signatures::dkim. Of `key` the domain and the selector are used.
Result<std::string, std::string> dkimSignature(const DkimKey& key, const DkimSigner& signer, std::string_view message,
                                               TimePoint at);

}  // namespace belfry::openssl
