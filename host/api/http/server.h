// The HTTP edge: sockets on a few event loops, strict HTTP/1.1, plain values for handlers.
//
// bind() early, so that a port in use stops the start before anything else happened; serve() late, when everything
// behind is ready: connections made in between wait in the kernel's backlog. Stop in the reverse order: drain(), then
// stop().
#pragma once

#include <memory>
#include <stdexcept>

#include "api/http/handler.h"
#include "api/http/settings.h"
#include "kit/log.h"

namespace belfry {

/// The address cannot be listened on. what() names address, port and cause.
class HttpBindError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An HTTP/1.1 server. One thread calls bind, serve, drain and stop; stats() and port() are thread-safe.
/// `handler` and `log` must outlive it; responders may outlive it.
class HttpServer {
 public:
  /// Throws std::invalid_argument naming a setting that is out of range.
  HttpServer(HttpHandler& handler, HttpServerSettings settings, Log& log);
  ~HttpServer();  ///< stop()

  /// Listens. Throws HttpBindError.
  void bind();
  /// The port in use; after bind().
  std::uint16_t port() const;
  /// Starts the io threads and accepts. After bind().
  void serve();
  /// Stops accepting, closes idle connections, lets begun requests finish with `Connection: close`. Waits until all
  /// connections are closed or `limit` has passed; returns how many are still open.
  std::size_t drain(std::chrono::milliseconds limit);
  /// Closes everything and joins the threads. May be called twice.
  void stop();
  HttpServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace belfry
