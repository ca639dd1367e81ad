#include "services/feed/feed_followers.h"

#include <future>

#include "fakes.h"

namespace belfry::test {
namespace {

/// A feed in memory: position = place in the list, from 1.
class HeldFeed final : public FeedStore {
 public:
  int sequence(int) override { return 0; }
  std::vector<SinkPosition> sinks() override { return {}; }
  Rewind rewind(FeedSink, std::int64_t) override { return {RewindResult::done, 0, 0}; }
  int prune(std::chrono::hours, int) override { return 0; }

  FeedPage read(TenantId tenant, std::optional<std::int64_t> after, int limit) override {
    std::lock_guard lock(mutex_);
    ++reads;
    if (away) throw StoreUnavailable("away");
    FeedPage page;
    page.pruned_to = pruned_to_;
    page.head = static_cast<std::int64_t>(events_.size());
    page.after = after.value_or(pruned_to_);
    page.looked_to = std::max(page.after, std::min(page.after + kStretch, page.head));
    for (auto pos = page.after + 1; pos <= page.looked_to; ++pos) {
      if (events_[static_cast<std::size_t>(pos - 1)] != tenant) continue;
      FeedEvent event{};
      event.pos = pos;
      page.events.push_back(event);
      if (static_cast<int>(page.events.size()) == limit) page.looked_to = pos;
    }
    return page;
  }
  FeedNews news(std::int64_t after) override {
    std::lock_guard lock(mutex_);
    ++looks;
    if (away) throw StoreUnavailable("away");
    FeedNews news;
    news.head = static_cast<std::int64_t>(events_.size());
    news.looked_to = std::min(after + kStretch, news.head);
    for (auto pos = after + 1; pos <= news.looked_to; ++pos)
      news.tenants.push_back(events_[static_cast<std::size_t>(pos - 1)]);
    return news;
  }

  void add(TenantId tenant, int count = 1) {
    std::lock_guard lock(mutex_);
    events_.insert(events_.end(), static_cast<std::size_t>(count), tenant);
  }
  void pruneTo(std::int64_t pos) {
    std::lock_guard lock(mutex_);
    pruned_to_ = pos;
  }

  std::atomic<int> reads{0}, looks{0};
  std::atomic<bool> away{false};

 private:
  static constexpr std::int64_t kStretch = 10;
  std::mutex mutex_;
  std::vector<TenantId> events_;  // guarded by mutex_
  std::int64_t pruned_to_ = 0;    // guarded by mutex_
};

class FeedFollowersTest : public ::testing::Test {
 protected:
  using Reply = Result<FeedAnswer, Problem>;

  void SetUp() override { followers_.start(); }

  std::future<Reply> ask(TenantId tenant, std::optional<std::int64_t> after, std::chrono::milliseconds wait = kLong,
                         int limit = 50) {
    auto promise = std::make_shared<std::promise<Reply>>();
    followers_.follow({tenant, after, limit, wait}, [promise](Reply reply) { promise->set_value(std::move(reply)); });
    return promise->get_future();
  }
  static bool isReady(const std::future<Reply>& reply) { return reply.wait_for(0s) == std::future_status::ready; }
  /// What came, or an empty answer and a failure when nothing does.
  static FeedAnswer answerOf(std::future<Reply> reply) {
    if (reply.wait_for(20s) != std::future_status::ready) {
      ADD_FAILURE() << "no answer";
      return {};
    }
    auto got = reply.get();
    EXPECT_TRUE(got.ok());
    return got.ok() ? *got : FeedAnswer{};
  }

  static constexpr auto kLong = std::chrono::hours(1);
  const TenantId one_ = tenantNumber(1), two_ = tenantNumber(2);
  HeldFeed feed_;
  // So long a poll that only what is said wakes it.
  FeedFollowers followers_{feed_, silentLog(), {.most = 4, .poll = kLong}};
};

TEST_F(FeedFollowersTest, AnswersAtOnceWithWhatIsThere) {
  feed_.add(one_);
  feed_.add(two_);
  feed_.add(one_);
  auto reply = ask(one_, 0);
  ASSERT_TRUE(isReady(reply));
  const auto answer = answerOf(std::move(reply));
  EXPECT_THAT(answer.events, SizeIs(2));
  EXPECT_EQ(answer.next_after, 3);
  EXPECT_EQ(answerOf(ask(one_, 0, kLong, 1)).next_after, 1);
}

TEST_F(FeedFollowersTest, AnswersAtOnceWithNothingWhenNobodyWantsToWait) {
  auto reply = ask(one_, std::nullopt, 0s);
  ASSERT_TRUE(isReady(reply));
  const auto answer = answerOf(std::move(reply));
  EXPECT_THAT(answer.events, IsEmpty());
  EXPECT_EQ(answer.next_after, 0);
}

TEST_F(FeedFollowersTest, AWaiterHoldsNoThreadAndIsAnsweredByTheNextEventOfItsTenant) {
  auto reply = ask(one_, 0);
  EXPECT_FALSE(isReady(reply));
  feed_.add(two_);
  followers_.moved();
  ASSERT_TRUE(waitUntil(10s, [&] { return feed_.looks > 0 && followers_.waiting() == 1; }));
  EXPECT_FALSE(isReady(reply));
  feed_.add(one_);
  followers_.moved();
  const auto answer = answerOf(std::move(reply));
  ASSERT_THAT(answer.events, SizeIs(1));
  EXPECT_EQ(answer.events[0].pos, 2);
  EXPECT_TRUE(waitUntil(10s, [&] { return followers_.waiting() == 0; }));
}

TEST_F(FeedFollowersTest, WhatComesWhileTheWaiterEntersIsNotMissed) {
  // moved() comes before there is anybody to tell; the event is there by then.
  for (int i = 0; i < 50; ++i) {
    auto reply = ask(one_, i);
    feed_.add(one_);
    followers_.moved();
    EXPECT_EQ(answerOf(std::move(reply)).next_after, i + 1);
  }
}

TEST_F(FeedFollowersTest, TimeRunsOutWithAnEmptyAnswerThatSaysWhereToGoOn) {
  feed_.add(two_, 3);
  const auto answer = answerOf(ask(one_, 0, 20ms));
  EXPECT_THAT(answer.events, IsEmpty());
  EXPECT_EQ(answer.next_after, 3);
}

TEST_F(FeedFollowersTest, BeyondTheEndItWaitsUntilTheFeedIsThere) {
  feed_.add(one_);
  auto reply = ask(one_, 2);
  feed_.add(one_);
  followers_.moved();
  ASSERT_TRUE(waitUntil(10s, [&] { return feed_.looks > 0 && followers_.waiting() == 1; }));
  EXPECT_FALSE(isReady(reply));
  feed_.add(one_);
  followers_.moved();
  EXPECT_EQ(answerOf(std::move(reply)).next_after, 3);
}

TEST_F(FeedFollowersTest, LongStretchesOfOthersAreLookedThroughInPieces) {
  feed_.add(two_, 1000);
  feed_.add(one_);
  std::int64_t after = 0;
  int asked = 0;
  for (FeedAnswer answer; answer.events.empty() && asked < 20; ++asked) {
    answer = answerOf(ask(one_, after));
    EXPECT_GT(answer.next_after, after);
    after = answer.next_after;
  }
  EXPECT_EQ(after, 1001);
  EXPECT_GT(asked, 1) << "one request looks at a bounded stretch";
}

TEST_F(FeedFollowersTest, WhatIsNoLongerKeptIsGone) {
  feed_.add(one_, 5);
  feed_.pruneTo(3);
  auto reply = ask(one_, 2).get();
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::gone);
  EXPECT_THAT(reply.error().detail, HasSubstr("after=3"));
  ASSERT_THAT(reply.error().errors, SizeIs(1));
  EXPECT_EQ(reply.error().errors[0].pointer, "?after");
  EXPECT_EQ(reply.error().errors[0].value, "2");
  EXPECT_EQ(answerOf(ask(one_, 3)).next_after, 5);
  EXPECT_EQ(answerOf(ask(one_, std::nullopt)).next_after, 5);
}

TEST_F(FeedFollowersTest, OneTenantMayTakeHalfOfThePlaces) {
  auto a = ask(one_, 0), b = ask(one_, 0);
  auto refused = ask(one_, 0).get();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_GT(refused.error().retry_after_s, 0);
  auto c = ask(two_, 0);
  EXPECT_FALSE(isReady(c));
  EXPECT_TRUE(isReady(ask(one_, 0, 0s))) << "without waiting there is always an answer";
}

TEST_F(FeedFollowersTest, ADatabaseThatIsAwayLeavesWaitersWaiting) {
  auto reply = ask(one_, 0);
  feed_.away = true;
  const int before = feed_.looks;
  followers_.moved();
  ASSERT_TRUE(waitUntil(10s, [&] { return feed_.looks > before; }));
  EXPECT_THROW(ask(two_, 0), StoreUnavailable) << "a new request is told";
  EXPECT_FALSE(isReady(reply));
  feed_.away = false;
  feed_.add(one_);
  followers_.moved();
  EXPECT_EQ(answerOf(std::move(reply)).next_after, 1);
}

TEST_F(FeedFollowersTest, StoppingAnswersWhoeverWaits) {
  auto a = ask(one_, 0);
  auto b = ask(two_, 0);
  followers_.stop();
  EXPECT_THAT(answerOf(std::move(a)).events, IsEmpty());
  EXPECT_THAT(answerOf(std::move(b)).events, IsEmpty());
  EXPECT_TRUE(isReady(ask(one_, 0))) << "and whoever comes later";
}

TEST(FeedFollowersPoll, LooksByItselfWhenNobodySaysThatThereIsNews) {
  HeldFeed feed;
  FeedFollowers followers(feed, silentLog(), {.most = 4, .poll = 5ms});
  followers.start();
  std::promise<std::int64_t> promise;
  followers.follow({tenantNumber(1), 0, 10, 1h},
                   [&](auto answer) { promise.set_value(answer.ok() ? answer->next_after : -1); });
  feed.add(tenantNumber(1));
  EXPECT_EQ(promise.get_future().get(), 1);
}

}  // namespace
}  // namespace belfry::test
