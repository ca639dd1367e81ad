#include "adapters/curl/curl_exchange.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "adapters/curl/curl_multi.h"
#include "adapters/curl/egress_guard.h"
#include "adapters/curl/event_loop.h"
#include "adapters/curl/http_client.h"
#include "adapters/curl/smtp_client.h"
#include "adapters/curl/smtp_plan.h"
#include "kit/thread.h"
#include "kit/turn_queue.h"

namespace belfry::curl {
namespace {

constexpr std::size_t kStartedAtOnce = 16;  // then sockets that are ready have their turn

void initLibrary() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error(std::string("curl_global_init: ") + curl_easy_strerror(code));
}

// Signals are the main thread's; a write to a closed connection must be an error here and not SIGPIPE.
void blockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

SmtpResult stopped(const SmtpExchange& request) {
  SmtpResult result;
  result.outcome = {ExchangeFate::not_sent, ExchangeError::cancelled, "the host stops: no new exchanges"};
  result.recipients.resize(request.recipients.size());
  return result;
}

HttpResult stopped(const HttpExchange&) {
  HttpResult result;
  result.outcome = {ExchangeFate::not_sent, ExchangeError::cancelled, "the host stops: no new exchanges"};
  return result;
}

}  // namespace

struct CurlExchange::State {
  State(const Log& log_to, CurlExchangeSettings given)
      : log(log_to),
        settings(std::move(given)),
        guard(settings.allow_private_hosts),
        multi(loop),
        smtp(loop, multi, guard, settings, log),
        http(loop, multi, guard, settings, log) {}

  void run();
  ExchangeHandle admit();
  void finishOne();
  void startLater(const std::string& scope, EventLoop::Task start);
  void startSome();
  void startAll();

  const Log& log;
  const CurlExchangeSettings settings;
  const EgressGuard guard;
  EventLoop loop;
  CurlMulti multi;
  SmtpClient smtp;
  HttpClient http;
  TurnQueue<std::string, EventLoop::Task> orders;  // of the loop's thread; the pool scopes take turns
  std::thread thread;

  mutable std::mutex mutex;
  std::condition_variable idle;
  std::uint64_t last_id = 0;  // guarded by mutex, as all below
  std::uint64_t in_flight = 0;
  bool stopping = false;
};

void CurlExchange::State::run() {
  nameThread("exchange");
  blockSignals();
  try {
    loop.run();
  } catch (const std::exception& failed) {  // the loop is the host's only way out: without it nothing makes sense
    log.error("exchange loop failed", {{"what", failed.what()}});
    std::terminate();
  }
}

// An id of 0 when the exchange stops.
ExchangeHandle CurlExchange::State::admit() {
  const std::lock_guard lock(mutex);
  if (stopping) return {};
  ++in_flight;
  return {++last_id};
}

void CurlExchange::State::finishOne() {
  const std::lock_guard lock(mutex);
  --in_flight;
  if (in_flight == 0) idle.notify_all();
}

/// Starting an exchange takes tens of microseconds, and a tenant may order a thousand at once. [loop thread]
void CurlExchange::State::startLater(const std::string& scope, EventLoop::Task start) {
  if (orders.empty()) loop.post([this] { startSome(); });
  orders.push(scope, std::move(start));
}

void CurlExchange::State::startSome() {
  for (auto& start : orders.take(kStartedAtOnce)) start();
  if (!orders.empty()) loop.post([this] { startSome(); });
}

/// So that what was ordered before can be cancelled. [loop thread]
void CurlExchange::State::startAll() {
  for (auto& start : orders.take(orders.size())) start();
}

CurlExchange::CurlExchange(const Log& log, CurlExchangeSettings settings) {
  validate(settings);
  initLibrary();
  state_ = std::make_unique<State>(log, std::move(settings));
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

CurlExchange::~CurlExchange() { drain(std::chrono::steady_clock::now()); }

template <class Client, class Request, class Plan, class Done>
ExchangeHandle CurlExchange::order(Client& client, Request request, Plan (*plan)(Request&), Done done) {
  State& state = *state_;
  const ExchangeHandle handle = state.admit();
  if (handle.id == 0) {
    done(stopped(request));
    return handle;
  }
  auto planned = plan(request);
  const bool urgent = request.urgent;
  auto scope = request.pool_scope;
  auto order = std::make_shared<typename Client::Order>(typename Client::Order{
      handle.id, std::move(request), std::move(planned), [&state, done = std::move(done)](auto result) {
        struct Finish {
          State& state;
          ~Finish() { state.finishOne(); }
        } const finish{state};
        done(std::move(result));
      }});
  auto start = [&client, order] { client.start(std::move(*order)); };
  if (urgent) state.loop.post(std::move(start), EventLoop::Urgency::urgent);
  else state.loop.post([&state, scope = std::move(scope), start] { state.startLater(scope, start); });
  return handle;
}

ExchangeHandle CurlExchange::start(SmtpExchange request, SmtpDone done) {
  return order(state_->smtp, std::move(request), &planSmtp, std::move(done));
}

ExchangeHandle CurlExchange::start(HttpExchange request, HttpDone done) {
  return order(state_->http, std::move(request), &planHttp, std::move(done));
}

void CurlExchange::cancel(ExchangeHandle handle) {
  State& state = *state_;
  state.loop.post([&state, handle] {
    state.startAll();
    state.smtp.cancel(handle.id, "cancelled");
    state.http.cancel(handle.id, "cancelled");
  });
}

void CurlExchange::drain(std::chrono::steady_clock::time_point deadline) {
  State& state = *state_;
  if (!state.thread.joinable()) return;
  std::unique_lock lock(state.mutex);
  state.stopping = true;
  const auto finished = [&state] { return state.in_flight == 0; };
  if (!state.idle.wait_until(lock, deadline, finished)) {
    lock.unlock();
    state.loop.post([&state] {
      state.startAll();
      state.smtp.cancelAll("cancelled: the host stops");
      state.http.cancelAll("cancelled: the host stops");
    });
    lock.lock();
    state.idle.wait(lock, finished);
  }
  lock.unlock();
  state.loop.post([&state] {
    state.smtp.closeIdle();
    state.http.closeIdle();
  });
  state.loop.quit();
  state.thread.join();
}

CurlExchange::Stats CurlExchange::stats() const {
  const SmtpClient& smtp = state_->smtp;
  const HttpConnections& http = state_->http.connections();
  const std::uint64_t http_open = http.connections();
  Stats stats;
  stats.connections = smtp.pool().connections() + http_open;
  stats.idle = smtp.pool().idle() + http_open - std::min(http_open, http.busy());
  stats.opened = smtp.opened() + http.opened();
  stats.reused = smtp.reused() + state_->http.reused();
  const std::lock_guard lock(state_->mutex);
  stats.in_flight = state_->in_flight;
  return stats;
}

}  // namespace belfry::curl
