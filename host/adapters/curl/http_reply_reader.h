// What libcurl hands out of an answer, line by line and piece by piece, gathered into an HttpReply within limits.
#pragma once

#include <cstddef>
#include <string_view>

#include "ports/http_exchange.h"

namespace belfry::curl {

class HttpReplyReader {
 public:
  explicit HttpReplyReader(std::size_t max_body) : max_body_(max_body) {}

  /// A status line, a header, the empty line after them, or a trailer, with its line end. Interim answers (RFC 9110
  /// §15.2) make room for the next one, trailers are dropped. False when the head goes over 64 KiB.
  bool onLine(std::string_view line);
  /// Keeps what `max_body` allows.
  void onBody(std::string_view bytes);

  /// Whether the head of the final answer is complete.
  bool hasHead() const noexcept { return head_done_; }
  HttpReply take() { return std::move(reply_); }

 private:
  std::size_t max_body_;
  std::size_t head_size_ = 0;
  bool head_done_ = false;
  HttpReply reply_;
};

}  // namespace belfry::curl
