// Public keys and certificates of providers, and verifying with them.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/handles.h"
#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// The error names what the text is instead, or that the certificate is not valid at `at`. A certificate's issuer is
/// not checked: who asks must know where it came from.
Result<KeyHandle, std::string> readPublicKey(PublicKeyForm form, std::string_view text, TimePoint at);

/// A signature of another length or shape is a wrong one: false. Error: the key is of another kind than the algorithm.
Result<bool, std::string> verifySignature(PublicKeyAlgorithm algorithm, EVP_PKEY& key, std::string_view data,
                                          std::string_view signature);

}  // namespace belfry::openssl
