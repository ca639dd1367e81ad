#include "api/http/server.h"

#include <signal.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/http/edge_context.h"
#include "api/http/shard.h"
#include "kit/thread.h"

namespace belfry {
namespace {

using boost::system::error_code;
using edge::Shard;
using edge::Tcp;
using Acceptor = boost::asio::basic_socket_acceptor<Tcp, boost::asio::io_context::executor_type>;

constexpr int kMaxIoThreads = 8;
/// Out of descriptors or memory: a look after this long, instead of a loop that spins on a readable listener.
constexpr std::chrono::milliseconds kAcceptPause{100};

void requirePositive(std::string_view name, long long value) {
  if (value > 0) return;
  throw std::invalid_argument("http setting " + std::string(name) + " = " + std::to_string(value) +
                              ": must be above 0");
}

void validate(const HttpServerSettings& settings) {
  if (settings.io_threads < 1 || settings.io_threads > kMaxIoThreads) {
    throw std::invalid_argument("http setting io_threads = " + std::to_string(settings.io_threads) +
                                ": allowed is 1 to 8");
  }
  requirePositive("backlog", settings.backlog);
  requirePositive("head.max_bytes", static_cast<long long>(settings.head.max_bytes));
  requirePositive("head.max_fields", static_cast<long long>(settings.head.max_fields));
  requirePositive("min_body_rate", static_cast<long long>(settings.min_body_rate));
  requirePositive("head_timeout", settings.head_timeout.count());
  requirePositive("body_idle_timeout", settings.body_idle_timeout.count());
  requirePositive("write_timeout", settings.write_timeout.count());
  requirePositive("idle_timeout", settings.idle_timeout.count());
  requirePositive("linger_timeout", settings.linger_timeout.count());
}

std::string bindCause(const error_code& error) {
  if (error == boost::asio::error::address_in_use) return "port in use: another program listens on it";
  if (error == boost::asio::error::access_denied) return "not permitted: ports below 1024 need privileges";
  if (error.value() == EADDRNOTAVAIL) return "address not available: this machine has no such address";
  return error.message();
}

/// Signals belong to the main thread: threads started while this lives have all of them blocked.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

struct HttpServer::Impl {
  Impl(HttpHandler& handler, HttpServerSettings settings, Log& log) : context(handler, std::move(settings), log) {
    for (int i = 0; i < context.settings.io_threads; ++i) shards.push_back(std::make_unique<Shard>(context));
    acceptor.emplace(shards.front()->io());
    pause.emplace(shards.front()->io());
  }

  void listen();
  void acceptNext();
  void onAccepted(const error_code& error, edge::Socket socket, Shard& shard);
  void pauseAccepting(const error_code& error);
  void startThreads();
  void stopAccepting();
  void stopThreads();
  /// Runs `step` on the shard's thread and waits for it; directly when no thread runs.
  void onShard(Shard& shard, const std::function<void()>& step);

  edge::EdgeContext context;
  std::vector<std::unique_ptr<Shard>> shards;
  std::optional<Acceptor> acceptor;                ///< used on the first shard's thread once serving
  std::optional<boost::asio::steady_timer> pause;  ///< likewise
  std::size_t next_shard = 0;
  std::uint16_t port = 0;
  std::vector<std::thread> threads;
};

void HttpServer::Impl::listen() {
  const auto& settings = context.settings;
  const std::string where = settings.address + " port " + std::to_string(settings.port);
  error_code error;
  const auto address = boost::asio::ip::make_address(settings.address, error);
  if (error)
    throw HttpBindError("cannot listen on " + where + ": the address must be an IPv4 or IPv6 address, not a name");
  const Tcp::endpoint endpoint(address, settings.port);
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(Acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor->set_option(boost::asio::ip::v6_only(false), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(settings.backlog, error);
  if (!error) port = acceptor->local_endpoint(error).port();
  if (!error) return;
  error_code ignored;  // the first error is the one to tell
  acceptor->close(ignored);
  throw HttpBindError("cannot listen on " + where + ": " + bindCause(error));
}

void HttpServer::Impl::acceptNext() {
  Shard& shard = *shards[next_shard++ % shards.size()];
  acceptor->async_accept(shard.io(), [this, &shard](const error_code& error, edge::Socket socket) {
    onAccepted(error, std::move(socket), shard);
  });
}

void HttpServer::Impl::onAccepted(const error_code& error, edge::Socket socket, Shard& shard) {
  if (error == boost::asio::error::operation_aborted || !acceptor->is_open()) return;
  if (error == boost::asio::error::no_descriptors || error.value() == ENFILE ||
      error == boost::asio::error::no_memory || error == boost::asio::error::no_buffer_space) {
    return pauseAccepting(error);
  }
  if (!error) {  // any other error concerns one connection that ended before it was accepted
    ++context.counters.accepted;
    boost::asio::post(shard.io(), [&shard, s = std::move(socket)]() mutable { shard.adopt(std::move(s)); });
  }
  acceptNext();
}

void HttpServer::Impl::pauseAccepting(const error_code& error) {
  context.log.warn("http accept paused", {{"error", error.message()}, {"open", context.counters.open.load()}});
  pause->expires_after(kAcceptPause);
  pause->async_wait([this](const error_code& cancelled) {
    if (!cancelled) acceptNext();
  });
}

void HttpServer::Impl::startThreads() {
  const BlockedSignals blocked;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    threads.emplace_back([shard = shards[i].get(), i] {
      nameThread("edge-" + std::to_string(i));
      shard->run();
    });
  }
}

void HttpServer::Impl::onShard(Shard& shard, const std::function<void()>& step) {
  if (threads.empty()) return step();
  std::promise<void> done;
  boost::asio::post(shard.io(), [&] {
    step();
    done.set_value();
  });
  done.get_future().wait();
}

void HttpServer::Impl::stopAccepting() {
  onShard(*shards.front(), [this] {
    error_code ignored;  // closed is closed
    acceptor->close(ignored);
    pause->cancel();
  });
}

void HttpServer::Impl::stopThreads() {
  for (auto& shard : shards) onShard(*shard, [&] { shard->closeAll(); });
  for (auto& shard : shards) shard->io().stop();
  for (auto& thread : threads) thread.join();
  threads.clear();
}

HttpServer::HttpServer(HttpHandler& handler, HttpServerSettings settings, Log& log) {
  validate(settings);
  impl_ = std::make_unique<Impl>(handler, std::move(settings), log);
}

HttpServer::~HttpServer() { stop(); }

void HttpServer::bind() { impl_->listen(); }

std::uint16_t HttpServer::port() const { return impl_->port; }

void HttpServer::serve() {
  boost::asio::post(impl_->shards.front()->io(), [impl = impl_.get()] { impl->acceptNext(); });
  impl_->startThreads();
}

std::size_t HttpServer::drain(std::chrono::milliseconds limit) {
  auto& context = impl_->context;
  context.draining = true;
  impl_->stopAccepting();
  for (auto& shard : impl_->shards) impl_->onShard(*shard, [&] { shard->beginDrain(); });
  std::unique_lock lock(context.drain_mutex);
  context.drained.wait_for(lock, limit, [&] { return context.counters.open == 0; });
  return context.counters.open;
}

void HttpServer::stop() {
  impl_->context.draining = true;
  impl_->stopAccepting();
  impl_->stopThreads();
}

HttpServerStats HttpServer::stats() const {
  const auto& counters = impl_->context.counters;
  HttpServerStats stats{counters.open, counters.accepted, counters.requests, counters.abandoned, {}};
  for (std::size_t i = 0; i < counters.refused.size(); ++i) {
    if (const auto count = counters.refused[i].load())
      stats.refused[edge::kLowestRefusal + static_cast<int>(i)] = count;
  }
  return stats;
}

}  // namespace belfry
