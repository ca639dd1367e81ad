#include "adapters/curl/http_lane.h"

#include <algorithm>
#include <utility>

#include "adapters/curl/curl_exchange_settings.h"

namespace belfry::curl {
namespace {

constexpr std::size_t kStreamsPerConnection = 100;  // libcurl's own limit (CURLMOPT_MAX_CONCURRENT_STREAMS)
constexpr std::size_t kBeforeFirstAnswer = 10;
constexpr int kHttp2 = 20;

}  // namespace

void HttpLane::enter(std::uint64_t id, bool urgent, Granted granted) {
  waiting(urgent).push_back({id, std::move(granted)});
  serve();
}

bool HttpLane::abandon(std::uint64_t id) {
  const auto is_it = [id](const Waiter& waiter) { return waiter.id == id; };
  return std::erase_if(waiting_, is_it) + std::erase_if(urgent_, is_it) != 0;
}

bool HttpLane::mayConnect() const {
  if (version_ != kHttp2 || running_ <= 1) return true;
  return connecting_ == 0 && sockets_ < max_connections_;
}

void HttpLane::connected() {
  --connecting_;
  reached_ = true;
  serve();
}

void HttpLane::spoke(int http_version, bool on_new_connection) {
  const bool news = std::exchange(version_, http_version) != http_version || on_new_connection;
  if (on_new_connection) streams_ = SIZE_MAX;
  if (news) serve();
}

void HttpLane::leave(Leaving how) {
  --running_;
  if (how.was_connecting) {
    --connecting_;
    reached_ = true;
  }
  if (how.unproven_connection) streams_ = SIZE_MAX;
  serve();
}

void HttpLane::stepBack(std::uint64_t id, bool urgent, Granted granted) {
  --running_;
  streams_ = running_;
  waiting(urgent).push_front({id, std::move(granted)});
  serve();
}

std::size_t HttpLane::limit(bool urgent) const {
  if (!reached_) return 1;
  if (version_ == 0) return std::min(max_connections_, kBeforeFirstAnswer);
  if (version_ != kHttp2) return urgent ? max_connections_ : max_connections_ - keptForUrgent(max_connections_);
  return std::min(streams_, max_connections_ * kStreamsPerConnection);
}

// Grants are posted, not called: who is granted may end at once and come back here.
void HttpLane::serve() {
  serve(true);
  serve(false);
}

void HttpLane::serve(bool urgent) {
  auto& queue = waiting(urgent);
  while (!queue.empty() && running_ < limit(urgent)) {
    ++running_;
    loop_.post(std::move(queue.front().granted), urgent ? EventLoop::Urgency::urgent : EventLoop::Urgency::ordinary);
    queue.pop_front();
  }
}

}  // namespace belfry::curl
