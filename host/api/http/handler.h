// The port between the HTTP edge and whoever answers requests. A handler may answer later, from any thread: a 202 that
// waits for a commit holds no thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/http/message.h"

namespace belfry {

/// A connected, non-blocking TCP socket that left the edge, e.g. for a WebSocket or an event stream. Closes what it
/// still owns.
class HandedSocket {
 public:
  HandedSocket(int fd, std::string unread) : fd_(fd), unread_(std::move(unread)) {}
  HandedSocket(HandedSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}
  HandedSocket& operator=(HandedSocket&&) = delete;
  ~HandedSocket();

  int fd() const { return fd_; }
  /// The caller owns the descriptor from now on.
  int release() { return std::exchange(fd_, -1); }
  /// Bytes that the peer sent behind the request's end and the edge had already read.
  const std::string& unread() const { return unread_; }

 private:
  int fd_;
  std::string unread_;
};

/// One request's way to its answer. Thread-safe. The first send or handOver counts, later ones are ignored; dropping
/// the last reference unanswered answers 500. When the connection is already gone an answer is discarded.
class Responder {
 public:
  using Takeover = std::function<void(HandedSocket)>;

  virtual ~Responder() = default;
  virtual void send(HttpResponse response) = 0;
  /// Takes the socket out of the edge instead of answering; `takeover` runs on an io thread, and must not wait. Nothing
  /// has been written for this request: status line and headers are the taker's. Not called when the connection is
  /// gone.
  virtual void handOver(Takeover takeover) = 0;
};

/// A handler's verdict on a head, given before one byte of the body is read.
struct Preview {
  std::optional<HttpResponse> refusal;  ///< answered instead of reading the body (404, 405, 413, 415 …)
  std::optional<std::size_t> max_body;  ///< replaces HttpServerSettings::max_body_bytes for this request
  bool body_optional = false;           ///< POST, PUT or PATCH without a length has an empty body instead of a 411
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// `head` is complete except for its empty body. On an io thread: must not wait. Called once, before handle().
  virtual Preview preview([[maybe_unused]] const HttpRequest& head) { return {}; }
  /// On an io thread: must not wait. Answer through `responder`, now or later. An exception is logged and answered by
  /// 500.
  virtual void handle(HttpRequest request, std::shared_ptr<Responder> responder) = 0;
};

}  // namespace belfry
