// The feed: order under concurrent commits, positions that never appear behind a reader, sinks, pruning.
#include <thread>

#include "feed_suite.h"

namespace belfry::pg::test {
namespace {

class FeedStoreTest : public FeedSuite {
 protected:
  static FeedPage read(std::optional<std::int64_t> after, int limit = 100) {
    return stores_->feed.read(tenant_, after, limit);
  }
  static std::vector<std::string> events(const FeedPage& page) {
    std::vector<std::string> found;
    for (const auto& event : page.events)
      found.push_back(std::to_string(event.pos) + " " + std::to_string(event.seq) + " " +
                      std::string(toText(event.type)));
    return found;
  }
  /// Commits an event of a delivery as its next one, with the row lock that every writer takes.
  static std::string nextEvent(DeliveryId id, const std::string& type) {
    return "WITH w AS (UPDATE belfry.work SET seq = seq + 1 WHERE delivery_id = " + quoted(id.toString()) +
           " RETURNING *) INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at) SELECT "
           "tenant_id, delivery_id, seq, notification_id, " +
           quoted(type) + ", now() FROM w";
  }
  static bool somebodyWaitsForALock() {
    return scalar(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
               "'Lock'") != "0";
  }
};

TEST_F(FeedStoreTest, TakesEveryEventInTheOrderOfItsDelivery) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 40; ++i) group.push_back(mail(i % 2 ? tenant_ : newTenant()));
  stores_->intake.write(group, kNoClaims);
  settleAll();
  EXPECT_EQ(sequenceAll(7), 80);
  EXPECT_EQ(count("outbox"), 0);
  EXPECT_EQ(count("feed"), 80);
  EXPECT_EQ(disorder(), "0 0");
  EXPECT_EQ(head(), 80);
  EXPECT_EQ(stores_->feed.sequence(7), 0);
}

TEST_F(FeedStoreTest, TwoSequencersKeepTheOrderWhileEventsArrive) {
  constexpr int kGroups = 20, kEach = 20;
  std::atomic<bool> done{false};
  std::atomic<int> moved{0};
  {
    std::vector<std::jthread> sequencers;
    for (int i = 0; i < 2; ++i)
      sequencers.emplace_back([&] {
        while (!done || count("outbox") > 0) moved += stores_->feed.sequence(13);
      });
    for (int i = 0; i < kGroups; ++i) {
      std::vector<NewNotification> group;
      for (int k = 0; k < kEach; ++k) group.push_back(mail(tenant_));
      stores_->intake.write(group, kNoClaims);
      settleAll();
    }
    done = true;
  }
  EXPECT_EQ(moved, kGroups * kEach * 2);
  EXPECT_EQ(count("feed"), kGroups * kEach * 2);
  EXPECT_EQ(disorder(), "0 0");
}

// A writer of a delivery waits for the one before it, so a later number can never be seen without the earlier one.
TEST_F(FeedStoreTest, ALaterEventOfADeliveryCannotOvertakeAnOpenTransaction) {
  const auto made = storedMail(tenant_);
  const auto id = made.deliveries[0].id;
  auto lease = stores_->system_pool.acquire();
  Transaction slow(*lease);
  const auto statement = nextEvent(id, "priority_changed");
  slow.run({"slow_event", statement.c_str()});
  std::jthread cancel([&] { stores_->notifications.cancel(tenant_, made.id, "key:test"); });
  ASSERT_TRUE(waitUntil(10s, somebodyWaitsForALock));
  EXPECT_EQ(sequenceAll(), 1) << "what the open transactions wrote is not there yet";
  EXPECT_THAT(events(read(0)), ElementsAre("1 2 queued"));
  slow.commit();
  cancel.join();
  sequenceAll();
  EXPECT_THAT(events(read(0)), ElementsAre("1 2 queued", "2 3 priority_changed", "3 4 cancelled"));
}

TEST_F(FeedStoreTest, WhatCommitsLateComesAfterWhatAReaderSaw) {
  const auto early = storedMail(tenant_), late = storedMail(tenant_);
  sequenceAll();
  auto lease = stores_->system_pool.acquire();
  Transaction slow(*lease);
  const auto statement = nextEvent(early.deliveries[0].id, "priority_changed");
  slow.run({"slow_event", statement.c_str()});  // written first, committed last
  sql(nextEvent(late.deliveries[0].id, "priority_changed"));
  sequenceAll();
  const auto seen = read(2);
  ASSERT_THAT(events(seen), ElementsAre("3 3 priority_changed"));
  EXPECT_EQ(seen.events[0].delivery, late.deliveries[0].id);
  slow.commit();
  sequenceAll();
  const auto next = read(seen.looked_to);
  ASSERT_THAT(events(next), ElementsAre("4 3 priority_changed"));
  EXPECT_EQ(next.events[0].delivery, early.deliveries[0].id);
}

TEST_F(FeedStoreTest, OnlyTheElectedProcessSequences) {
  storedMail(tenant_);
  {
    auto lease = stores_->system_pool.acquire();
    Transaction elected(*lease);
    ASSERT_TRUE(elected.run(sql::feed_elect)[0].boolean(0));
    EXPECT_EQ(stores_->feed.sequence(10), 0);
  }
  EXPECT_EQ(stores_->feed.sequence(10), 1);
}

TEST_F(FeedStoreTest, ASequencerThatDiesBeforeItsCommitLeavesNoGapAndLosesNothing) {
  for (int i = 0; i < 5; ++i) storedMail(tenant_);
  {
    auto lease = stores_->system_pool.acquire();
    Transaction dying(*lease);
    ASSERT_TRUE(dying.run(sql::feed_elect)[0].boolean(0));
    Params limit;
    limit.add(std::int64_t{10});
    EXPECT_EQ(dying.run(sql::feed_sequence, limit)[0].int64(0), 5);
    database_->killConnections();
  }
  EXPECT_EQ(count("outbox"), 5);
  EXPECT_EQ(sequenceAll(), 5);
  EXPECT_EQ(scalar("SELECT min(pos) || ' ' || max(pos) FROM belfry.feed"), "1 5");
}

TEST_F(FeedStoreTest, EventsCarryWhatTheirWriterKnew) {
  sendMails(1);
  const auto page = read(std::nullopt);
  ASSERT_THAT(events(page), ElementsAre("1 2 queued", "2 4 sent"));
  EXPECT_EQ(page.events[0].attempt, std::nullopt);
  EXPECT_EQ(page.events[0].provider, "");
  EXPECT_EQ(page.events[1].attempt, 1);
  EXPECT_EQ(page.events[1].provider, "mail");
  EXPECT_EQ(scalar("SELECT string_agg(channel || priority || (due_at IS NOT NULL), ' ') FROM belfry.feed"),
            "email2true email2true");
}

TEST_F(FeedStoreTest, PagesGoOnWhereTheLastOneEnded) {
  sendMails(5);
  std::vector<std::string> all;
  std::int64_t after = 0;
  for (int pages = 0; pages < 4; ++pages) {
    const auto page = read(after, 3);
    for (const auto& event : events(page)) all.push_back(event);
    after = page.looked_to;
  }
  EXPECT_THAT(all, SizeIs(10));
  EXPECT_EQ(after, 10);
  EXPECT_THAT(read(10).events, IsEmpty());
  const auto beyond = read(1'000'000);
  EXPECT_THAT(beyond.events, IsEmpty());
  EXPECT_EQ(beyond.looked_to, 1'000'000) << "a reader beyond the end stays there";
}

TEST_F(FeedStoreTest, ATenantSeesItsOwnAndHearsOfNews) {
  const auto other = newTenant();
  storedMail(other);
  storedMail(tenant_);
  storedMail(other);
  sequenceAll();
  EXPECT_THAT(read(0).events, SizeIs(1));
  EXPECT_EQ(read(0).looked_to, 3);
  EXPECT_THAT(stores_->feed.news(0).tenants, UnorderedElementsAre(tenant_, other));
  EXPECT_THAT(stores_->feed.news(3).tenants, IsEmpty());
  EXPECT_EQ(stores_->feed.news(0).looked_to, 3);
}

TEST_F(FeedStoreTest, PrunesWhatIsOldAndReadByEverySink) {
  sendMails(5);
  sql("UPDATE belfry.feed SET sequenced_at = now() - interval '3 hours' WHERE pos <= 6");
  EXPECT_EQ(stores_->feed.prune(2h, 4), 0) << "the sink has read nothing";
  sql("UPDATE belfry.feed_sinks SET position = 10, rewind_to = 5");
  EXPECT_EQ(stores_->feed.prune(2h, 4), 4);
  EXPECT_EQ(stores_->feed.prune(2h, 4), 1) << "the sink is being set back to 5";
  sql("UPDATE belfry.feed_sinks SET rewind_to = NULL");
  EXPECT_EQ(stores_->feed.prune(2h, 4), 1);
  EXPECT_EQ(stores_->feed.prune(2h, 4), 0);
  EXPECT_EQ(count("feed"), 4);
  const auto page = read(std::nullopt);
  EXPECT_EQ(page.pruned_to, 6);
  EXPECT_EQ(page.after, 6);
  EXPECT_THAT(page.events, SizeIs(4));
  EXPECT_LT(read(2).after, read(2).pruned_to);
}

TEST_F(FeedStoreTest, SinksTellHowFarTheyAre) {
  sendMails(2);
  auto sink = stores_->feed.sinks().at(0);
  EXPECT_EQ(sink.sink, FeedSink::statistics);
  EXPECT_EQ(sink.position, 0);
  EXPECT_EQ(sink.head, 4);
  EXPECT_TRUE(sink.waiting_since.has_value());
  stores_->statistics.follow(100);
  sink = stores_->feed.sinks().at(0);
  EXPECT_EQ(sink.position, 4);
  EXPECT_FALSE(sink.waiting_since.has_value());
}

TEST_F(FeedStoreTest, ASinkIsSetBackToWhatIsKeptAndNeverForth) {
  sendMails(5);
  stores_->statistics.follow(8);
  EXPECT_EQ(stores_->feed.rewind(FeedSink::statistics, 9).result, RewindResult::ahead);
  EXPECT_EQ(stores_->feed.rewind(FeedSink::statistics, 9).most, 8);
  sql("UPDATE belfry.feed_ends SET pruned_to = 3");
  const auto pruned = stores_->feed.rewind(FeedSink::statistics, 2);
  EXPECT_EQ(pruned.result, RewindResult::pruned);
  EXPECT_EQ(pruned.least, 3);
  EXPECT_EQ(stores_->feed.sinks().at(0).rewind_to, std::nullopt);
  EXPECT_EQ(stores_->feed.rewind(FeedSink::statistics, 3).result, RewindResult::done);
  EXPECT_EQ(stores_->feed.sinks().at(0).rewind_to, 3);
  EXPECT_EQ(stores_->feed.rewind(FeedSink::statistics, 8).result, RewindResult::done);
  EXPECT_EQ(stores_->feed.sinks().at(0).rewind_to, std::nullopt) << "where it stands already";
}

}  // namespace
}  // namespace belfry::pg::test
