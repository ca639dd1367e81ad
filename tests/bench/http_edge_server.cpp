// The edge with a handler that does nothing, for a load generator from outside; see
// docs/explanation/adr/0004-http-edge.md.
//   http_edge_server IO_THREADS now|later     prints its port and serves until it is killed
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "api/http/file_limit.h"
#include "api/http/server.h"

namespace {

using namespace belfry;

HttpResponse accepted() {
  HttpResponse response;
  response.status = 202;
  response.content_type = "application/json";
  response.body = R"({"id":"01a1fa5f-0000-7000-8000-000000000000","status":"queued"})";
  return response;
}

struct AnswerNow final : HttpHandler {
  void handle(HttpRequest, std::shared_ptr<Responder> responder) override { responder->send(accepted()); }
};

/// Hands every request to one other thread, which answers whatever has gathered: the shape of a group commit.
class AnswerLater final : public HttpHandler {
 public:
  void handle(HttpRequest, std::shared_ptr<Responder> responder) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(responder));
    changed_.notify_one();
  }

 private:
  void answerAll(const std::stop_token& stop) {
    std::vector<std::shared_ptr<Responder>> batch;
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
      batch.swap(waiting_);
      lock.unlock();
      for (auto& responder : batch) responder->send(accepted());
      batch.clear();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::shared_ptr<Responder>> waiting_;
  std::jthread thread_{[this](const std::stop_token& stop) { answerAll(stop); }};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: http_edge_server IO_THREADS now|later\n", 2;
  raiseFileLimit();
  Log log;
  AnswerNow now;
  AnswerLater later;
  HttpServerSettings settings;
  settings.port = 0;
  settings.io_threads = std::atoi(argv[1]);
  HttpServer server(std::string_view(argv[2]) == "now" ? static_cast<HttpHandler&>(now) : later, settings, log);
  server.bind();
  server.serve();
  std::cout << server.port() << std::endl;
  ::pause();
}
