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
  std::string region;   ///< small letters, digits and "-", e.g. `eu-west-3`
  std::string service;  ///< the signing name: `ses`, `sns`
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty: none
};

/// DKIM (RFC 6376 and 8463, relaxed/relaxed, rsa-sha256 or ed25519-sha256 by the key's kind).
struct DkimKey {
  std::string domain;           ///< the tag d=, e.g. `tower.example`
  std::string selector;         ///< the tag s=: the key is published at `<selector>._domainkey.<domain>`
  std::string private_key_pem;  ///< RSA of at least 1024 bits or Ed25519
};

/// What is refused is named in the errors by field; keys, tokens and secrets never stand in one.
class Signatures {
 public:
  virtual ~Signatures() = default;

  /// Raw bytes: 16 of MD5, 20 of SHA-1, 32 of SHA-256. For checksums that a protocol prescribes; MD5 protects nothing.
  virtual std::string digest(DigestAlgorithm algorithm, std::string_view data) = 0;
  /// HMAC (RFC 2104), raw bytes. Who compares it with one that came in takes constantTimeEquals (kit/crypto.h).
  virtual std::string mac(MacAlgorithm algorithm, std::string_view key, std::string_view data) = 0;

  /// A compact JWT (RFC 7515 §3.1). The key is PEM without a passphrase: PKCS #8, PKCS #1 or SEC 1; RS256 wants RSA of
  /// at least 2048 bits, ES256 wants P-256. `header_json` is an object without `alg`, which becomes its first member;
  /// `claims_json` is an object and signed as the bytes given. The error names what is wrong with the key, the header
  /// or the claims, never their values.
  virtual Result<std::string, std::string> jwt(JwtAlgorithm algorithm, std::string_view private_key_pem,
                                               std::string_view header_json, std::string_view claims_json) = 0;

  /// True: the signature is that of the data. `signature` is raw bytes, not base64; one of another length or shape is
  /// false, no error. The error says why none can be checked: no key, a key of another kind (RSA below 1024 bits, a
  /// curve that is not P-256), a certificate not valid at that time. A certificate's issuer is not checked: the caller
  /// answers for where it came from.
  virtual Result<bool, std::string> verify(PublicKeyAlgorithm algorithm, PublicKeyForm form, std::string_view key,
                                           std::string_view data, std::string_view signature, TimePoint at) = 0;

  /// The headers to add to the request: X-Amz-Date, X-Amz-Security-Token (with a session token), X-Amz-Content-SHA256
  /// (service `s3`) and Authorization; the request must hold none of them. All headers present are signed but those
  /// that belong to one connection or that a proxy may change (Connection, TE, Transfer-Encoding, User-Agent and their
  /// like); a name that stands several times is signed as one, the values in their order with commas. Folded values do
  /// not exist: a line break is refused. Host is signed as the header has it, else as the URL has it, without the
  /// scheme's own port.
  /// The path is signed as it stands in the URL, dot segments and double slashes removed and percent-encoded once more,
  /// as every service but S3 wants it; for `s3` it is left alone. Bytes that a URL should have encoded are taken as
  /// they are. The query is decoded, sorted and encoded; "+" in it is refused, since services read it in two ways. The
  /// error says which part cannot be signed.
  virtual Result<HeaderFields, std::string> sigv4(const HttpExchange& request, const SigV4Keys& keys, TimePoint at) = 0;

  /// The DKIM-Signature header field, folded, with its final CRLF, to stand before the message. `message` is RFC 5322
  /// text with CRLF and exactly one From, which is signed twice so that none can be added; of Reply-To, Subject, Date,
  /// To, Cc, Message-ID, MIME-Version, Content-Type, List-Unsubscribe and List-Unsubscribe-Post all that are there.
  /// What follows must not change the message but for white space that "relaxed" forgives. The error says what is wrong
  /// with the message (a bare CR or LF with its offset, a header line that is no field) or with the key.
  virtual Result<std::string, std::string> dkim(const DkimKey& key, std::string_view message, TimePoint at) = 0;
};

}  // namespace belfry
