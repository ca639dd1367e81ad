// Who waits for events of a tenant (GET …/feed?waitSeconds=).
//
// A request that finds nothing becomes a waiter: a few values and its reply, no thread. One thread looks into the feed
// when something was sequenced (here or, by NOTIFY, elsewhere), and in any case every second while anybody waits: one
// question for all tenants, then one for each waiter whose tenant has news. With nobody waiting it asks nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "kit/log.h"
#include "kit/result.h"
#include "model/ids.h"
#include "model/problem.h"
#include "ports/feed_store.h"

namespace belfry {

struct FeedWish {
  TenantId tenant;
  std::optional<std::int64_t> after;  ///< none: from the first event that is kept
  int limit = 0;
  std::chrono::milliseconds wait{};
};

/// Empty when nothing happened in time, or nothing was found in the stretch that was looked at.
struct FeedAnswer {
  std::vector<FeedEvent> events;
  std::int64_t next_after = 0;
};

struct FeedFollowersSettings {
  std::size_t most = 1000;               ///< waiters; half of them of one tenant
  std::chrono::milliseconds poll{1000};  ///< between two looks when nobody says that there is news
};

class FeedFollowers {
 public:
  /// Called once; must not block or throw.
  using Done = std::function<void(Result<FeedAnswer, Problem>)>;

  FeedFollowers(FeedStore& store, const Log& log, FeedFollowersSettings settings);
  ~FeedFollowers();

  void start();
  /// Answers whoever waits, with what there is; later requests are answered without waiting. Idempotent.
  void stop();
  /// Answers at once where there are events or `wait` is 0, else later, on the followers' thread. `gone` when `after`
  /// is no longer kept; `overloaded` when too many wait. May throw what stores throw. Thread-safe.
  void follow(FeedWish wish, Done done);
  /// There may be news. Thread-safe, cheap.
  void moved();
  std::size_t waiting() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiter {
    TenantId tenant;
    std::int64_t after;  // the tenant has nothing before this
    int limit;
    Clock::time_point until;
    Done done;
  };
  using Answered = std::optional<Result<FeedAnswer, Problem>>;

  Answered look(FeedWish& wish);
  Answered enter(Waiter waiter);
  void run();
  std::vector<Waiter> takeWaiters(bool& look);
  void serve(std::vector<Waiter>& waiters);
  bool serveNews(std::vector<Waiter>& waiters);
  bool answered(Waiter& waiter);
  void endOverdue(std::vector<Waiter>& waiters, bool all);
  void putBack(std::vector<Waiter> waiters);

  FeedStore& store_;
  const Log& log_;
  const FeedFollowersSettings settings_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiter> waiters_;    // guarded by mutex_; those that the thread does not have in hand
  std::vector<TenantId> in_hand_;  // guarded by mutex_; whose the others are
  bool news_ = false;              // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace belfry
