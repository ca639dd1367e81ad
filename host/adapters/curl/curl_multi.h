// libcurl's multi handle on an EventLoop: it is told about ready sockets and its timer, and says when a transfer (here:
// a connection being made) has ended.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <optional>
#include <unordered_map>

#include "adapters/curl/event_loop.h"

namespace belfry::curl {

/// All of it belongs to the loop's thread.
class CurlMulti {
 public:
  using Finished = std::function<void(CURLcode)>;

  /// Throws std::runtime_error when libcurl gives no handle.
  explicit CurlMulti(EventLoop& loop);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Starts a transfer; `finished` comes later, from the loop, unless remove() is called before. The handle stays with
  /// the multi handle until remove(), which a CONNECT_ONLY connection needs to stay alive.
  void add(CURL* easy, Finished finished);
  /// Ends the transfer and closes a CONNECT_ONLY connection. Not from within a libcurl callback.
  void remove(CURL* easy);

 private:
  static int onSocket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int onTimer(CURLM*, long milliseconds, void* self);
  void act(curl_socket_t fd, int mask);
  void reportFinished();

  EventLoop& loop_;
  CURLM* multi_;
  std::unordered_map<CURL*, Finished> running_;
  std::optional<EventLoop::Timer> timer_;
};

}  // namespace belfry::curl
