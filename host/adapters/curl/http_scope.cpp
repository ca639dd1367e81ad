#include "adapters/curl/http_scope.h"

#include <stdexcept>

namespace belfry::curl {

HttpScope::HttpScope(EventLoop& loop, std::size_t max_connections)
    : loop_(loop), max_connections_(max_connections), share_(curl_share_init()) {
  if (!share_) throw std::runtime_error("libcurl gives no share handle");
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

HttpScope::~HttpScope() { curl_share_cleanup(share_); }

HttpLane& HttpScope::lane(bool tls, const std::string& host, std::uint16_t port) {
  return lanes_.try_emplace({tls, host, port}, loop_, tls, max_connections_).first->second;
}

HttpScope& HttpScopes::enter(const std::string& name) {
  Entry& entry = entries_[name];
  if (!entry.scope) entry.scope = std::make_unique<HttpScope>(loop_, max_connections_);
  else if (entry.users == 0) loop_.cancel(entry.expiry);
  ++entry.users;
  return *entry.scope;
}

void HttpScopes::leave(const std::string& name) {
  Entry& entry = entries_.at(name);
  if (--entry.users != 0) return;
  entry.expiry = loop_.at(std::chrono::steady_clock::now() + idle_, [this, name] { entries_.erase(name); });
}

void HttpScopes::closeIdle() {
  std::erase_if(entries_, [this](const auto& named) {
    if (named.second.users != 0) return false;
    loop_.cancel(named.second.expiry);
    return true;
  });
}

}  // namespace belfry::curl
