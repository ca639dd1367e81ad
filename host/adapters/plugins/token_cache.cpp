#include "adapters/plugins/token_cache.h"

#include <algorithm>

namespace belfry::plugins {
namespace {

/// A token is renewed a tenth of its time before its end, at most a minute: what begins with it must still end with it.
std::chrono::steady_clock::time_point renewal(std::chrono::milliseconds ttl) {
  return std::chrono::steady_clock::now() + ttl -
         std::min<std::chrono::milliseconds>(ttl / 10, std::chrono::minutes(1));
}

}  // namespace

void TokenCache::get(const std::string& key, std::uint64_t refused, const Fetch& fetch, const Got& got) {
  Token ready;
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    bool good = !entry.token.value.empty() && entry.token.number != refused &&
                std::chrono::steady_clock::now() < entry.renew_at;
    if (good) {
      ready = entry.token;
    } else {
      entry.waiting.push_back(got);
      first = !entry.fetching;
      entry.fetching = true;
    }
  }
  if (!ready.value.empty()) return got(ready, {});
  if (first) fetch(key, [this, key](FetchedToken result) { fetched(key, result); });
}

void TokenCache::fetched(const std::string& key, const FetchedToken& result) {
  std::vector<Got> waiting;
  Token token;
  {
    std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    entry.fetching = false;
    waiting.swap(entry.waiting);
    if (!result.value.empty()) {
      entry.token = {result.value, entry.token.number + 1};
      entry.renew_at = renewal(result.ttl);
      token = entry.token;
    }
  }
  for (auto& got : waiting) got(token, result);
}

}  // namespace belfry::plugins
