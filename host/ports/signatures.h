// Signing and verifying for provider protocols: keys stay in the host, plugins only describe what is to be signed.
// Pure functions of their arguments. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kit/result.h"
#include "kit/time.h"
#include "ports/http_exchange.h"

namespace belfry {

enum class MacAlgorithm { hmac_sha1, hmac_sha256 };
enum class DigestAlgorithm { sha1, sha256, md5 };
enum class PublicKeyAlgorithm {
  rsa_pkcs1_sha1,    ///< SNS signature version 1
  rsa_pkcs1_sha256,  ///< SNS signature version 2, RS256
  ecdsa_p256_sha256  ///< signature in ASN.1 DER, as SendGrid's event webhook has it
};
/// How a public key is written.
enum class PublicKeyForm {
  spki,        ///< SubjectPublicKeyInfo: PEM, or DER in base64
  certificate  ///< X.509 in PEM, first certificate; it must be valid at the given time
};
enum class JwtAlgorithm { rs256, es256 };

/// AWS Signature Version 4 for one request in headers.
struct SigV4Keys {
  std::string region;
  std::string service;
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty: none
};

/// DKIM (RFC 6376, relaxed/relaxed, rsa-sha256 or ed25519-sha256 by the key's kind).
struct DkimKey {
  std::string domain;
  std::string selector;
  std::string private_key_pem;
};

class Signatures {
 public:
  virtual ~Signatures() = default;

  virtual std::string digest(DigestAlgorithm algorithm, std::string_view data) = 0;
  virtual std::string mac(MacAlgorithm algorithm, std::string_view key, std::string_view data) = 0;

  /// A compact JWT. `header_json` is an object without `alg`, which is added; the error names what is wrong with the
  /// key or the header, never their values.
  virtual Result<std::string, std::string> jwt(JwtAlgorithm algorithm, std::string_view private_key_pem,
                                               std::string_view header_json, std::string_view claims_json) = 0;

  /// True: the signature is that of the data. The error says why none can be checked (no key, not valid at that time).
  virtual Result<bool, std::string> verify(PublicKeyAlgorithm algorithm, PublicKeyForm form, std::string_view key,
                                           std::string_view data, std::string_view signature, TimePoint at) = 0;

  /// The headers to add to the request: X-Amz-Date, X-Amz-Security-Token (with a session token) and Authorization; Host
  /// is signed as the URL has it. All headers present are signed but those that a proxy may change. The path is signed
  /// as it stands in the URL, percent-encoded once more as every service but S3 wants it; the query is sorted and
  /// encoded. The error says which part cannot be signed.
  virtual Result<HeaderFields, std::string> sigv4(const HttpExchange& request, const SigV4Keys& keys, TimePoint at) = 0;

  /// The DKIM-Signature header field with its final CRLF, to stand before the message. `message` is RFC 5322 text with
  /// CRLF; From is always signed, and of Reply-To, Subject, Date, To, Cc, Message-ID, MIME-Version, Content-Type,
  /// List-Unsubscribe and List-Unsubscribe-Post those that are there.
  virtual Result<std::string, std::string> dkim(const DkimKey& key, std::string_view message, TimePoint at) = 0;
};

}  // namespace belfry
