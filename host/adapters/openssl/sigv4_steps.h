// The steps of AWS Signature Version 4 one by one, so that a wrong one can be found.
// Source: AWS IAM User Guide, "Create a signed AWS API request".
#pragma once

#include <string>
#include <string_view>

#include "kit/result.h"
#include "ports/signatures.h"

namespace belfry::openssl {

/// A request as it is to be signed, X-Amz-Date among its headers. Refers to what it was made from.
struct SigV4Request {
  std::string_view method;
  std::string_view url;
  const HeaderFields& headers;
  std::string_view body;
};

struct SigV4Steps {
  std::string canonical_request;
  std::string string_to_sign;
  std::string authorization;  ///< the value of the Authorization header
};

/// `20150830T123600Z`.
std::string amzDate(TimePoint at);
/// SHA-256 in small hexadecimal digits.
std::string payloadHash(std::string_view body);

/// The error names the part of the request that cannot be signed. The keys are taken as they are.
Result<SigV4Steps, std::string> sigV4Steps(const SigV4Request& request, const SigV4Keys& keys, TimePoint at);

}  // namespace belfry::openssl
