// A strict reader of HTTP/1.1 request heads: pure functions over bytes, no socket.
//
// Every parser between a client and us reads ambiguous bytes in its own way, and request smuggling lives in that
// difference (RFC 9112 §11.2). So nothing is repaired here: what RFC 9112 forbids or lets a recipient refuse is
// refused. Beast's parser accepts folded lines, two Hosts, no Host and odd Transfer-Encodings, and is therefore not
// asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/http/message.h"
#include "api/http/refusal.h"
#include "kit/result.h"

namespace belfry {

struct HeadLimits {
  std::size_t max_bytes = 16 * 1024;  ///< request line, fields and the empty line
  std::size_t max_fields = 100;
};

enum class BodyFraming { none, length, chunked };

/// A head in which every check passed. `request` has no body, address, time and id yet.
struct RequestHead {
  HttpRequest request;
  BodyFraming framing = BodyFraming::none;
  std::uint64_t content_length = 0;  ///< saturated; meaningful with BodyFraming::length
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Finds a head's end in bytes that arrive piecemeal; each byte is looked at once. Refuses at the first bare CR or LF,
/// NUL or other control byte, and as soon as the head outgrows its limit.
class HeadScanner {
 public:
  explicit HeadScanner(std::size_t max_bytes = HeadLimits{}.max_bytes) : max_bytes_(max_bytes) {}

  /// `head` starts at the same byte in every call and only grows. Returns the head's length with its empty line, 0
  /// while it is incomplete.
  Result<std::size_t, Refusal> scan(std::string_view head);
  /// Whether anything but empty lines has come (RFC 9112 §2.2 lets them precede a request).
  bool started() const { return started_; }
  void reset() { *this = HeadScanner(max_bytes_); }

 private:
  std::size_t max_bytes_;
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
  bool started_ = false;
};

/// Parses a head that HeadScanner found complete.
Result<RequestHead, Refusal> parseRequestHead(std::string_view head, std::size_t max_fields = HeadLimits{}.max_fields);

/// RFC 9110 §5.6.2.
bool isToken(std::string_view text);

}  // namespace belfry
