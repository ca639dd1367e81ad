// A served edge on a free port whose handler is a lambda.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "api/http/server.h"
#include "support/wait_until.h"

namespace belfry::test {

constexpr std::chrono::seconds kPatience{20};

using Handle = std::function<void(HttpRequest, std::shared_ptr<Responder>)>;
using Look = std::function<Preview(const HttpRequest&)>;

class LambdaHandler final : public HttpHandler {
 public:
  explicit LambdaHandler(Handle handle, Look look = {}) : handle_(std::move(handle)), look_(std::move(look)) {}
  Preview preview(const HttpRequest& head) override { return look_ ? look_(head) : Preview{}; }
  void handle(HttpRequest request, std::shared_ptr<Responder> responder) override {
    handle_(std::move(request), std::move(responder));
  }

 private:
  Handle handle_;
  Look look_;
};

inline HttpResponse text(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = "text/plain";
  return response;
}

/// `METHOD path body`, at once.
inline void echo(HttpRequest request, const std::shared_ptr<Responder>& responder) {
  responder->send(text(request.method + " " + request.path + " " + request.body));
}

struct EdgeUnderTest {
  explicit EdgeUnderTest(Handle handle = echo, HttpServerSettings settings = {}, Look look = {})
      : handler(std::move(handle), std::move(look)), server(handler, onFreePort(std::move(settings)), log) {
    server.bind();
    server.serve();
  }
  static HttpServerSettings onFreePort(HttpServerSettings settings) {
    settings.port = 0;
    return settings;
  }
  std::uint16_t port() const { return server.port(); }

  Log log{2, LogLevel::error};
  LambdaHandler handler;
  HttpServer server;
};

/// Where a handler leaves what it will answer later, and a test waits for it.
template <class T>
class Shelf {
 public:
  void put(T item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  /// Waits until `count` items lie there (at most 20 s) and takes them all.
  std::vector<T> take(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return items_.size() >= count; });
    return std::exchange(items_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> items_;
};

}  // namespace belfry::test
