#include "services/feed/feed_followers.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "kit/thread.h"

namespace belfry {
namespace {

/// Stretches of the feed that one request looks through; the next request goes on behind them.
constexpr int kMostStretches = 10;

Problem noLongerKept(std::int64_t after, std::int64_t least) {
  const auto least_text = std::to_string(least);
  return {ErrorCode::gone,
          "events up to position " + least_text + " are no longer kept; go on with after=" + least_text,
          {{"?after", FieldErrorCode::out_of_range, "is before the first event that is kept", std::to_string(after),
            least_text + " or more"}},
          0};
}

Problem tooManyWait() {
  return {ErrorCode::overloaded, "too many requests wait for events; ask without waitSeconds, or later", {}, 5};
}

}  // namespace

FeedFollowers::FeedFollowers(FeedStore& store, const Log& log, FeedFollowersSettings settings)
    : store_(store), log_(log), settings_(settings) {}

FeedFollowers::~FeedFollowers() { stop(); }

void FeedFollowers::start() {
  thread_ = std::thread([this] { run(); });
}

void FeedFollowers::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FeedFollowers::moved() {
  {
    std::lock_guard lock(mutex_);
    news_ = true;
  }
  changed_.notify_all();
}

std::size_t FeedFollowers::waiting() const {
  std::lock_guard lock(mutex_);
  return waiters_.size() + in_hand_.size();
}

void FeedFollowers::follow(FeedWish wish, Done done) {
  if (auto found = look(wish)) return done(std::move(*found));
  if (wish.wait.count() <= 0) return done(FeedAnswer{{}, *wish.after});
  auto shared = std::make_shared<Done>(std::move(done));
  auto answer = enter({wish.tenant, *wish.after, wish.limit, Clock::now() + wish.wait,
                       [shared](auto later) { (*shared)(std::move(later)); }});
  if (answer) (*shared)(std::move(*answer));
}

/// None when the tenant has nothing between `after`, which moves on, and the end of the feed.
FeedFollowers::Answered FeedFollowers::look(FeedWish& wish) {
  for (int stretch = 0; stretch < kMostStretches; ++stretch) {
    auto page = store_.read(wish.tenant, wish.after, wish.limit);
    if (page.after < page.pruned_to) return failure(noLongerKept(page.after, page.pruned_to));
    if (!page.events.empty()) return FeedAnswer{std::move(page.events), page.looked_to};
    wish.after = page.looked_to;
    if (page.looked_to >= page.head) return std::nullopt;
  }
  return FeedAnswer{{}, *wish.after};
}

/// An answer when it may not wait.
FeedFollowers::Answered FeedFollowers::enter(Waiter waiter) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return FeedAnswer{{}, waiter.after};
    const auto own = std::count(in_hand_.begin(), in_hand_.end(), waiter.tenant) +
                     std::count_if(waiters_.begin(), waiters_.end(),
                                   [&](const Waiter& other) { return other.tenant == waiter.tenant; });
    const bool tenant_full = static_cast<std::size_t>(own) >= (settings_.most + 1) / 2;
    if (tenant_full || waiters_.size() + in_hand_.size() >= settings_.most) return failure(tooManyWait());
    waiters_.push_back(std::move(waiter));
    // Something may have been sequenced between its look and now.
    news_ = true;
  }
  changed_.notify_all();
  return std::nullopt;
}

void FeedFollowers::run() {
  nameThread("feed-followers");
  for (;;) {
    bool look = false;
    auto waiters = takeWaiters(look);
    const bool stopping = [this] {
      std::lock_guard lock(mutex_);
      return stopping_;
    }();
    if (look && !stopping) serve(waiters);
    endOverdue(waiters, stopping);
    putBack(std::move(waiters));
    if (stopping) return;
  }
}

/// Waits until somebody is to be looked for or has waited long enough.
std::vector<FeedFollowers::Waiter> FeedFollowers::takeWaiters(bool& look) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !waiters_.empty(); });
  auto until = Clock::now() + settings_.poll;
  const auto poll_at = until;
  for (const auto& waiter : waiters_) until = std::min(until, waiter.until);
  changed_.wait_until(lock, until, [this] { return stopping_ || news_; });
  look = news_ || Clock::now() >= poll_at;
  news_ = false;
  for (const auto& waiter : waiters_) in_hand_.push_back(waiter.tenant);
  return std::exchange(waiters_, {});
}

void FeedFollowers::serve(std::vector<Waiter>& waiters) {
  try {
    while (serveNews(waiters)) continue;
  } catch (const std::exception& error) {
    // Whoever waits goes on waiting: the next look may find the database again.
    log_.warn("no news of the feed, will be tried again", {{"reason", error.what()}});
  }
}

/// Answers those whose tenant has events in the next stretch; true when there is more of the feed to look at.
bool FeedFollowers::serveNews(std::vector<Waiter>& waiters) {
  if (waiters.empty()) return false;
  const auto first = std::min_element(waiters.begin(), waiters.end(),
                                      [](const Waiter& a, const Waiter& b) { return a.after < b.after; });
  const auto news = store_.news(first->after);
  std::erase_if(waiters, [&](Waiter& waiter) {
    const bool has_news = std::find(news.tenants.begin(), news.tenants.end(), waiter.tenant) != news.tenants.end();
    if (has_news && answered(waiter)) return true;
    waiter.after = std::max(waiter.after, news.looked_to);
    return false;
  });
  return news.looked_to < news.head;
}

bool FeedFollowers::answered(Waiter& waiter) {
  FeedWish wish{waiter.tenant, waiter.after, waiter.limit, {}};
  Answered found;
  try {
    found = look(wish);
  } catch (const std::exception& error) {
    // An empty answer: it asks again from where it stands, and is told then if that still fails.
    log_.warn("events not read for a request that waits", {{"reason", error.what()}});
    found = FeedAnswer{{}, waiter.after};
  }
  waiter.after = *wish.after;
  if (!found) return false;
  waiter.done(std::move(*found));
  return true;
}

void FeedFollowers::endOverdue(std::vector<Waiter>& waiters, bool all) {
  const auto now = Clock::now();
  std::erase_if(waiters, [&](Waiter& waiter) {
    if (!all && waiter.until > now) return false;
    waiter.done(FeedAnswer{{}, waiter.after});
    return true;
  });
}

void FeedFollowers::putBack(std::vector<Waiter> waiters) {
  std::lock_guard lock(mutex_);
  std::move(waiters.begin(), waiters.end(), std::back_inserter(waiters_));
  in_hand_.clear();
}

}  // namespace belfry
