#include "adapters/curl/http_lane.h"

#include <algorithm>
#include <utility>

namespace belfry::curl {
namespace {

constexpr std::size_t kStreamsPerConnection = 100;  // libcurl's own limit (CURLMOPT_MAX_CONCURRENT_STREAMS)
constexpr std::size_t kBeforeFirstAnswer = 10;
constexpr int kHttp2 = 20;

}  // namespace

void HttpLane::enter(std::uint64_t id, Granted granted) {
  waiting_.push_back({id, std::move(granted)});
  serve();
}

bool HttpLane::abandon(std::uint64_t id) {
  return std::erase_if(waiting_, [id](const Waiter& waiter) { return waiter.id == id; }) != 0;
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

void HttpLane::stepBack(std::uint64_t id, Granted granted) {
  --running_;
  streams_ = running_;
  waiting_.push_front({id, std::move(granted)});
  serve();
}

std::size_t HttpLane::limit() const {
  if (!reached_) return 1;
  if (version_ == 0) return std::min(max_connections_, kBeforeFirstAnswer);
  if (version_ != kHttp2) return max_connections_;
  return std::min(streams_, max_connections_ * kStreamsPerConnection);
}

// Grants are posted, not called: who is granted may end at once and come back here.
void HttpLane::serve() {
  while (!waiting_.empty() && running_ < limit()) {
    ++running_;
    loop_.post(std::move(waiting_.front().granted));
    waiting_.pop_front();
  }
}

}  // namespace belfry::curl
