// Tokens of one provider instance, fetched by one operation at a time: whoever needs one meanwhile waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace belfry::plugins {

/// A token and which one in a row it is, so that two operations that were refused the same one cause one fetch.
struct Token {
  std::string value;
  std::uint64_t number = 0;
};

/// How a fetch ended: a token with its remaining time, or why there is none.
struct FetchedToken {
  std::string value;  ///< empty: none
  std::chrono::milliseconds ttl{0};
  std::string code;
  std::string detail;
};

class TokenCache {
 public:
  using Got = std::function<void(const Token&, const FetchedToken& failure)>;
  using Fetched = std::function<void(FetchedToken)>;
  using Fetch = std::function<void(const std::string& key, Fetched)>;

  /// `got` is called once, before this returns or later from any thread; a token without value is a failure. `refused`:
  /// the number of the token that the provider refused, 0 for none. `fetch` is called when nobody fetches yet.
  /// Thread-safe.
  void get(const std::string& key, std::uint64_t refused, const Fetch& fetch, const Got& got);

 private:
  struct Entry {
    Token token;
    std::chrono::steady_clock::time_point renew_at{};
    bool fetching = false;
    std::vector<Got> waiting;
  };

  void fetched(const std::string& key, const FetchedToken& result);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // guarded by mutex_
};

}  // namespace belfry::plugins
