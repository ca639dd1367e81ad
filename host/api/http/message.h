// Plain request and response values: what handlers see of HTTP. No socket, no parser, no thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/time.h"

namespace belfry {

struct HttpHeader {
  std::string name;   ///< as sent; compare without case
  std::string value;  ///< without surrounding white space
};

/// Header fields in order of arrival. Names are compared without regard to ASCII case (RFC 9110 §5.1).
class HttpHeaders {
 public:
  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  /// Replaces every field of that name by one.
  void set(std::string name, std::string value);
  /// The first field's value, or nullptr. Valid until the next add or set.
  const std::string* find(std::string_view name) const;
  /// The first field's value, or an empty view.
  std::string_view get(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<HttpHeader> fields_;
};

/// ASCII only, as header names, tokens and schemes are.
bool equalsIgnoringCase(std::string_view a, std::string_view b);

struct QueryParam {
  std::string name;
  std::string value;  ///< percent-decoded, `+` read as space; empty for `?flag`
};

/// One complete request that passed every check of the edge.
struct HttpRequest {
  std::string method;  ///< a token of at most 32 characters, case as sent
  std::string target;  ///< the request target as sent
  std::string path;    ///< the target's path as sent, starts with `/` (or is `*` for OPTIONS)
  std::vector<std::string>
      segments;                   ///< path split at `/`, percent-decoded, valid UTF-8 without NUL, never `.` or `..`;
                                  ///< `/` has none, `/a/` has "a" and ""
  std::vector<QueryParam> query;  ///< in order of arrival, doubles kept
  int minor_version = 1;          ///< HTTP/1.x
  HttpHeaders headers;
  std::string body;            ///< complete and de-chunked
  std::string remote_address;  ///< the peer's IP address without port
  TimePoint received_at;       ///< when the head was complete
  std::string request_id;      ///< the client's valid X-Request-Id, else a new UUIDv7

  /// The first query parameter of that name, or nullptr.
  const std::string* queryParam(std::string_view name) const;
};

/// What a handler answers. Date, Content-Length, Connection, Transfer-Encoding and X-Request-Id belong to the edge and
/// are left out when set here; the edge's security headers and `Cache-Control: no-store` are defaults that `headers`
/// overrides.
struct HttpResponse {
  int status = 200;  ///< 200 to 599
  HttpHeaders headers;
  std::string body;          ///< not sent for HEAD, 204 and 304
  std::string content_type;  ///< empty: no Content-Type
  bool close = false;        ///< close the connection after this response
  std::string route;         ///< the matched route's pattern for logs and metrics (`/things/{id}`); never sent
};

}  // namespace belfry
