// A request target taken apart: path, decoded segments, query parameters (RFC 9112 §3.2, RFC 3986 §3.3 and §3.4).
#pragma once

#include <string_view>

#include "api/http/message.h"
#include "api/http/refusal.h"
#include "kit/result.h"

namespace belfry {

struct TargetParts {
  std::string path;
  std::vector<std::string> segments;
  std::vector<QueryParam> query;
  std::string authority;  ///< of an absolute target, else empty
};

/// Accepts origin form, absolute form with http or https, and `*` for OPTIONS. Refused with 400 bad_target: other
/// forms, characters outside RFC 3986 (a query may also hold what browsers leave raw), bad percent escapes, `.` and
/// `..` segments, and what decodes to NUL or to bytes that are not UTF-8.
Result<TargetParts, Refusal> parseTarget(std::string_view method, std::string_view target);

/// `host` or `host:port` of RFC 3986 without user information.
bool isValidAuthority(std::string_view authority);

}  // namespace belfry
