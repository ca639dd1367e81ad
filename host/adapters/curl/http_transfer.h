// One HttpExchange under way: a turn in its lane, one attempt by libcurl, the result.
//
// libcurl repeats a request by itself when a pooled connection ends without an answer, and when an HTTP/2 server
// refuses a stream or asks for HTTP/1.1. It asks before each attempt (CURLOPT_PREREQFUNCTION), when the connection is
// there and nothing of the request has left. The first time is therefore the border between `not_sent` and
// `maybe_sent`; a second time, or a new socket after the first, ends the transfer instead.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/curl/curl_exchange_settings.h"
#include "adapters/curl/curl_multi.h"
#include "adapters/curl/egress_guard.h"
#include "adapters/curl/event_loop.h"
#include "adapters/curl/http_connections.h"
#include "adapters/curl/http_easies.h"
#include "adapters/curl/http_plan.h"
#include "adapters/curl/http_reply_reader.h"
#include "adapters/curl/http_scope.h"

namespace belfry::curl {

/// Belongs to the loop's thread; held by shared_ptr, so that it may end in one of its own handlers.
class HttpTransfer : public std::enable_shared_from_this<HttpTransfer> {
 public:
  using Finished = std::function<void(std::uint64_t id, HttpResult result)>;
  struct Services {
    EventLoop& loop;
    CurlMulti& multi;
    const EgressGuard& guard;
    HttpScopes& scopes;
    HttpConnections& connections;
    HttpEasies& easies;
    Finished finished;  ///< called once
  };
  struct Terms {
    bool commits;
    bool urgent;
    std::size_t max_response;
    std::string pool_scope;
  };

  HttpTransfer(const Services& services, std::uint64_t id, HttpPlan plan, Terms terms);

  /// `begin_by` is no later than `deadline`.
  void start(EventLoop::SteadyTime deadline, EventLoop::SteadyTime begin_by);
  void cancel(const std::string& why);

 private:
  static curl_socket_t onOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int onReady(void* self, char* remote_ip, char* local_ip, int remote_port, int local_port);
  static std::size_t onLine(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t onBody(char* bytes, std::size_t size, std::size_t count, void* self);

  HttpLane::Granted grant();
  void granted();
  void run();
  void setOptions();
  void setMethod();
  curl_socket_t openSocket(const curl_sockaddr& address);
  bool ready(HttpConnections::Ends ends);
  bool wantsAgain();
  void ended(CURLcode code);
  void explain(CURLcode code);
  void watchTime(EventLoop::SteadyTime until, EventLoop::SteadyTime deadline);
  void giveUp(ExchangeError error, const std::string& detail);
  void finish(ExchangeFate fate, ExchangeError error, std::string detail);
  void releaseEasy();
  void leaveLane();
  std::string where() const;

  const Services& services_;
  const std::uint64_t id_;
  HttpPlan plan_;
  const Terms terms_;
  HttpScope& scope_;
  HttpLane& lane_;
  EventLoop::SteadyTime begin_by_{};
  EventLoop::Timer deadline_;
  CURL* easy_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  HttpReplyReader reader_;
  HttpResult result_;

  bool waiting_ = false;  // for its turn
  bool has_turn_ = false;
  bool finished_ = false;
  bool connecting_ = false;  // a new connection, which is not there yet
  bool crowded_ = false;     // a new connection was wanted, but it was not its turn
  bool leaving_ = false;     // the head may have left
  bool late_ = false;        // the connection was there after the time to begin
  bool stale_ = false;       // libcurl took a connection that the server has ended
  bool fresh_ = false;       // so now a new one
  bool refused_ = false;     // an HTTP/2 server has said that it did not begin with it
  bool repeated_ = false;    // libcurl wanted to send it again
  bool http2_ = false;       // the connection has shown that it speaks it
  bool head_too_large_ = false;
  std::optional<std::string> socket_refusal_;
  std::optional<HttpConnections::Ends> ends_;
};

}  // namespace belfry::curl
