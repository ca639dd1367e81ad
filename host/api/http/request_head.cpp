#include "api/http/request_head.h"

#include <optional>
#include <string>

#include "api/http/request_target.h"

namespace belfry {
namespace {

constexpr std::size_t kMaxMethod = 32;

using Checked = std::optional<Refusal>;  ///< nullopt: nothing to object to

Refusal bad(std::string_view reason, std::string detail) {
  return {ErrorCode::malformed_request, reason, std::move(detail)};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Cuts one line off `rest`, without its CRLF.
std::string_view takeLine(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  return line;
}

bool isDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint64_t saturatedNumber(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (number > (UINT64_MAX - digit) / 10) return UINT64_MAX;
    number = number * 10 + digit;
  }
  return number;
}

/// Whether a comma-separated list in any field of that name holds the token.
bool listHolds(const HttpHeaders& headers, std::string_view name, std::string_view token) {
  for (const auto& field : headers) {
    if (!equalsIgnoringCase(field.name, name)) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      const std::size_t comma = list.find(',');
      if (equalsIgnoringCase(trim(list.substr(0, comma)), token)) return true;
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
  }
  return false;
}

Checked readVersion(std::string_view version, HttpRequest& request) {
  const auto digit = [&](std::size_t i) { return version[i] >= '0' && version[i] <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(5) || version[6] != '.' || !digit(7)) {
    return bad("bad_request_line", "the request line must end in HTTP/1.1 or HTTP/1.0, not in " + excerpt(version));
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Refusal{ErrorCode::http_version_not_supported, "http_version_not_supported",
                   excerpt(version) + " is not supported; allowed are HTTP/1.1 and HTTP/1.0"};
  }
  request.minor_version = version[7] - '0';
  return {};
}

/// Fills method, target, path, segments, query and version; `authority` is that of an absolute target.
Checked readRequestLine(std::string_view line, HttpRequest& request, std::string& authority) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || last == first + 1) {
    return bad("bad_request_line", "the request line must be method, target and version, separated by single spaces");
  }
  const std::string_view method = line.substr(0, first);
  if (!isToken(method) || method.size() > kMaxMethod) {
    return bad("bad_method", "method " + excerpt(method) + " is not a token of at most 32 characters");
  }
  if (Checked refusal = readVersion(line.substr(last + 1), request)) return refusal;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  auto parts = parseTarget(method, target);
  if (!parts) return std::move(parts.error());
  request.method = method;
  request.target = target;
  request.path = std::move(parts->path);
  request.segments = std::move(parts->segments);
  request.query = std::move(parts->query);
  authority = std::move(parts->authority);
  return {};
}

Checked readField(std::string_view line, HttpHeaders& headers) {
  if (line.front() == ' ' || line.front() == '\t') {
    return bad("folded_field", "a header line starts with white space; folded lines are not allowed");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad("bad_field", "header line " + excerpt(line) + " has no colon");
  const std::string_view name = line.substr(0, colon);
  if (name.ends_with(' ') || name.ends_with('\t')) {
    return bad("space_before_colon", "header " + excerpt(name) + " has white space before its colon");
  }
  if (!isToken(name)) return bad("bad_field", "header name " + excerpt(name) + " is not a token");
  headers.add(std::string(name), std::string(trim(line.substr(colon + 1))));
  return {};
}

Checked readFields(std::string_view lines, HttpHeaders& headers, std::size_t max_fields) {
  while (!lines.empty()) {
    const std::string_view line = takeLine(lines);
    if (line.empty()) return {};
    if (headers.size() == max_fields) {
      return Refusal{ErrorCode::head_too_large, "too_many_fields",
                     "at most " + std::to_string(max_fields) + " header fields are allowed"};
    }
    if (Checked refusal = readField(line, headers)) return refusal;
  }
  return {};
}

/// RFC 9112 §3.2: exactly one Host in HTTP/1.1, at most one in HTTP/1.0; an absolute target's authority replaces it.
Checked checkHost(HttpRequest& request, const std::string& authority) {
  const std::size_t hosts = request.headers.count("Host");
  if (hosts > 1) return bad("duplicate_host", "the Host header is allowed once");
  if (hosts == 0 && request.minor_version == 1) return bad("missing_host", "HTTP/1.1 requires a Host header");
  if (hosts == 1 && !isValidAuthority(request.headers.get("Host"))) {
    return bad("bad_host", "Host " + excerpt(request.headers.get("Host")) + " is not host or host:port");
  }
  if (!authority.empty()) request.headers.set("Host", authority);
  return {};
}

/// RFC 9112 §6: a body is framed by one Content-Length or by one Transfer-Encoding that is exactly `chunked`.
Checked readFraming(RequestHead& head) {
  const HttpHeaders& headers = head.request.headers;
  const std::size_t lengths = headers.count("Content-Length");
  const std::size_t encodings = headers.count("Transfer-Encoding");
  if (lengths > 0 && encodings > 0) {
    return bad("ambiguous_length", "Content-Length and Transfer-Encoding exclude each other");
  }
  if (lengths > 1) return bad("duplicate_content_length", "the Content-Length header is allowed once");
  if (encodings > 0) {
    const std::string_view encoding = headers.get("Transfer-Encoding");
    if (encodings > 1 || !equalsIgnoringCase(encoding, "chunked") || head.request.minor_version == 0) {
      return bad("bad_transfer_encoding",
                 "Transfer-Encoding " + excerpt(encoding) + " is not allowed; only one, exactly chunked, in HTTP/1.1");
    }
    head.framing = BodyFraming::chunked;
  }
  if (lengths == 1) {
    const std::string_view length = headers.get("Content-Length");
    if (!isDigits(length))
      return bad("bad_content_length", "Content-Length " + excerpt(length) + " is not a decimal number");
    head.framing = BodyFraming::length;
    head.content_length = saturatedNumber(length);
  }
  return {};
}

/// RFC 9112 §9.3: HTTP/1.1 stays open unless told otherwise, HTTP/1.0 closes unless told otherwise.
void readPersistence(RequestHead& head) {
  const HttpHeaders& headers = head.request.headers;
  const bool asked = head.request.minor_version == 1 || listHolds(headers, "Connection", "keep-alive");
  head.keep_alive = asked && !listHolds(headers, "Connection", "close");
}

/// RFC 9110 §10.1.1: an Expect in an HTTP/1.0 request is ignored.
Checked readExpectation(RequestHead& head) {
  const std::string* expect = head.request.headers.find("Expect");
  if (!expect || head.request.minor_version == 0) return {};
  if (!equalsIgnoringCase(*expect, "100-continue")) {
    return Refusal{ErrorCode::expectation_failed, "bad_expectation",
                   "Expect " + excerpt(*expect) + " is not supported; allowed is 100-continue"};
  }
  head.expects_continue = true;
  return {};
}

}  // namespace

bool isToken(std::string_view text) {
  for (const char c : text) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

Result<std::size_t, Refusal> HeadScanner::scan(std::string_view head) {
  for (; seen_ < head.size(); ++seen_) {
    if (seen_ == max_bytes_) {
      return failure(Refusal{ErrorCode::head_too_large, "head_too_large",
                             "the head is limited to " + std::to_string(max_bytes_) + " bytes"});
    }
    const char c = head[seen_];
    const bool after_cr = seen_ > 0 && head[seen_ - 1] == '\r';
    if (after_cr != (c == '\n'))
      return failure(bad("bad_line_end", "lines of the head must end in CR LF, neither stands alone"));
    if (c == '\n') {
      const bool empty_line = seen_ == line_start_ + 1;
      if (empty_line && started_) return seen_ + 1;
      line_start_ = seen_ + 1;
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
      return failure(
          bad("control_byte", "byte " + std::to_string(seen_) + " of the head is NUL or another control byte"));
    } else if (c != '\r') {
      started_ = true;
    }
  }
  return 0;
}

Result<RequestHead, Refusal> parseRequestHead(std::string_view head, std::size_t max_fields) {
  while (head.starts_with("\r\n")) head.remove_prefix(2);
  RequestHead parsed;
  std::string authority;
  Checked refusal = readRequestLine(takeLine(head), parsed.request, authority);
  if (!refusal) refusal = readFields(head, parsed.request.headers, max_fields);
  if (!refusal) refusal = checkHost(parsed.request, authority);
  if (!refusal) refusal = readFraming(parsed);
  if (!refusal) refusal = readExpectation(parsed);
  if (refusal) return failure(std::move(*refusal));
  readPersistence(parsed);
  return parsed;
}

}  // namespace belfry
