// A checked HttpExchange in the form libcurl takes. Everything that could end a line early, name another host than the
// URL does or change the framing of the request is refused here, before any library sees it.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "kit/result.h"
#include "ports/http_exchange.h"

namespace belfry::curl {

struct HttpPlan {
  struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };

  std::string method;
  std::string url;
  bool tls = true;
  std::string host;  ///< as libcurl's own parser reads it; IPv6 without brackets
  std::uint16_t port = 0;
  std::unique_ptr<curl_slist, FreeList> headers;  ///< the request's, and those of libcurl's that are switched off
  std::string body;
};

/// Checks every part and moves the body out of `request`. The error names the part and what is allowed, never a value
/// that may hold a secret. Thread-safe.
Result<HttpPlan, std::string> planHttp(HttpExchange& request);

}  // namespace belfry::curl
