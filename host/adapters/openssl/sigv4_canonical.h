// The canonical forms of a request's parts in AWS Signature Version 4.
#pragma once

#include <string>
#include <string_view>

#include "kit/result.h"
#include "ports/http_exchange.h"

namespace belfry::openssl {

struct UrlParts {
  std::string host;   ///< as the Host header has it: without the scheme's own port
  std::string path;   ///< as the URL has it, "/" when it has none
  std::string query;  ///< without "?"
};

/// An absolute http or https URL; a fragment is dropped, as it is never sent.
Result<UrlParts, std::string> splitUrl(std::string_view url);

/// Dot segments removed (RFC 3986 §5.2.4), "//" made "/", then percent-encoded, "%" included: what is right for every
/// service but S3.
std::string canonicalPath(std::string_view path);

/// Names and values decoded and encoded again, sorted by name, then value. Error: broken percent-encoding, or a "+",
/// which services read in two ways.
Result<std::string, std::string> canonicalQuery(std::string_view query);

struct CanonicalHeaders {
  std::string lines;  ///< `name:value\n` each, sorted
  std::string names;  ///< `host;x-amz-date`
};

/// Without those that a proxy may change or that the connection owns. `host` is signed unless a Host header is there.
Result<CanonicalHeaders, std::string> canonicalHeaders(const HeaderFields& headers, std::string_view host);

/// Of ASCII letters.
std::string lowerCase(std::string_view text);

}  // namespace belfry::openssl
