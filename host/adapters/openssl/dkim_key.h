// Signing with a DKIM key.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/handles.h"
#include "kit/result.h"

namespace belfry::openssl {

/// An RSA or Ed25519 key that was found strong enough.
struct DkimSigner {
  KeyHandle key;
  std::string_view algorithm;  ///< the tag a=: `rsa-sha256` or `ed25519-sha256`

  /// Raw bytes of the signature of a signing input (dkimSigningInput).
  std::string sign(std::string_view input) const;
};

/// The error says why this key signs no DKIM.
Result<DkimSigner, std::string> dkimSigner(KeyHandle key);

}  // namespace belfry::openssl
