// The sink `statistics`: each event counted exactly once, whoever dies, and the same after a replay.
#include <thread>

#include "feed_suite.h"

namespace belfry::pg::test {
namespace {

class StatisticsStoreTest : public FeedSuite {
 protected:
  static int followAll(int limit = 1000) {
    int moved = 0;
    while (int step = stores_->statistics.follow(limit)) moved += step;
    return moved;
  }
  static std::string countOf(const std::string& type) {
    return scalar("SELECT coalesce(sum(count), 0) FROM belfry.delivery_statistics WHERE type = " + quoted(type));
  }
  /// Every row, in a fixed order.
  static std::string table() {
    return scalar("SELECT coalesce(string_agg(s::text, ';' ORDER BY s::text), '') FROM belfry.delivery_statistics s");
  }
  static StatisticsQuery lastHour() {
    const auto now = std::chrono::floor<std::chrono::minutes>(stores_->clock.now());
    return {now - 1h, now + 2min, std::chrono::minutes(62), std::nullopt, ""};
  }
  /// One event at a position of its own, `after_due` after the delivery was due.
  static void tell(Duration after_due) {
    sql("WITH e AS (UPDATE belfry.feed_ends SET head = head + 1 RETURNING head) INSERT INTO belfry.feed (pos, "
        "tenant_id, delivery_id, seq, notification_id, type, at, channel, priority, due_at) SELECT head, " +
        quoted(tenant_.toString()) + ", " + quoted(tenant_.toString()) + ", 2, " + quoted(tenant_.toString()) +
        ", 'sent', now(), 'email', 2, now() - interval '" + std::to_string(after_due.count()) +
        " microseconds' FROM e");
  }
};

TEST_F(StatisticsStoreTest, CountsEveryEventOnce) {
  sendMails(10, 700ms);
  EXPECT_EQ(followAll(3), 20);
  EXPECT_EQ(countOf("queued"), "10");
  EXPECT_EQ(countOf("sent"), "10");
  EXPECT_EQ(followAll(), 0);
  sendMails(5, 700ms);
  EXPECT_EQ(followAll(), 10);
  EXPECT_EQ(countOf("sent"), "15");
  EXPECT_EQ(scalar("SELECT DISTINCT channel || priority || provider FROM belfry.delivery_statistics WHERE type = "
                   "'sent'"),
            "email2mail");
  EXPECT_EQ(scalar("SELECT sum(latency_ms) || ' ' || sum(buckets[4]) FROM belfry.delivery_statistics WHERE type = "
                   "'sent'"),
            "10500 15");
}

TEST_F(StatisticsStoreTest, ManyProcessesCountEachEventOnceWhileTheyArrive) {
  std::atomic<bool> done{false};
  {
    std::vector<std::jthread> processes;
    for (int i = 0; i < 3; ++i)
      processes.emplace_back([&] {
        while (!done) stores_->statistics.follow(7);
      });
    for (int i = 0; i < 10; ++i) sendMails(10);
    done = true;
  }
  followAll();
  EXPECT_EQ(countOf("queued"), "100");
  EXPECT_EQ(countOf("sent"), "100");
}

TEST_F(StatisticsStoreTest, AProcessThatIsKilledMidwayIsFollowedByAnotherAndCountsNothing) {
  sendMails(5);
  {
    auto lease = stores_->system_pool.acquire();
    Transaction dying(*lease);
    Params sink;
    sink.add(std::string_view("statistics"));
    ASSERT_TRUE(dying.run(sql::feed_sink_elect, sink)[0].boolean(0));
    Params all;
    all.add(std::int64_t{0});
    all.add(std::int64_t{10});
    dying.run(sql::statistics_count, all);
    EXPECT_EQ(stores_->statistics.follow(100), 0) << "one process at a time";
    database_->killConnections();
  }
  EXPECT_TRUE(waitUntil(10s, [] { return stores_->statistics.follow(100) == 10; }));
  EXPECT_EQ(countOf("queued"), "5");
  EXPECT_EQ(countOf("sent"), "5");
}

TEST_F(StatisticsStoreTest, AReplayLeavesTheSameTotals) {
  sendMails(10, 200ms);
  sendMails(10, 90s);
  followAll();
  const auto before = table();
  for (const std::int64_t after : {0, 7, 39, 40}) {
    ASSERT_EQ(stores_->feed.rewind(FeedSink::statistics, after).result, RewindResult::done);
    EXPECT_EQ(followAll(6), 2 * (40 - after)) << "back and forth";
    EXPECT_EQ(table(), before) << "after " << after;
  }
}

TEST_F(StatisticsStoreTest, WhatIsTakenBackIsGoneUntilItIsCountedAgain) {
  sendMails(5);
  followAll();
  const auto before = table();
  stores_->feed.rewind(FeedSink::statistics, 0);
  EXPECT_EQ(stores_->statistics.follow(10), 10);
  EXPECT_EQ(count("delivery_statistics"), 0);
  EXPECT_EQ(stores_->feed.sinks().at(0).position, 0);
  EXPECT_EQ(stores_->feed.sinks().at(0).rewind_to, std::nullopt);
  sendMails(1);
  followAll();
  EXPECT_EQ(countOf("sent"), "6");
  EXPECT_NE(table(), before);
}

TEST_F(StatisticsStoreTest, AReplayThatIsCutShortGoesOnWhereItWas) {
  sendMails(10);
  followAll();
  const auto before = table();
  stores_->feed.rewind(FeedSink::statistics, 0);
  stores_->statistics.follow(8);
  EXPECT_EQ(stores_->feed.sinks().at(0).position, 12);
  stores_->feed.rewind(FeedSink::statistics, 10);  // another wish meanwhile
  database_->killConnections();
  EXPECT_TRUE(waitUntil(10s, [] {
    try {
      followAll(3);
      return stores_->feed.sinks().at(0).position == 20;
    } catch (const StoreUnavailable&) {
      return false;
    }
  }));
  EXPECT_EQ(table(), before);
}

// Writers may leave out what they do not have at hand.
TEST_F(StatisticsStoreTest, WhatAnEventDoesNotSayIsLookedUp) {
  auto made = mail(tenant_, Priority::high);
  made.scheduled_at = made.created_at + 1h;
  store(made);
  sql("INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at) SELECT tenant_id, "
      "delivery_id, 3, notification_id, 'delivered', at + interval '1 hour 2 seconds' FROM belfry.outbox");
  sequenceAll();
  EXPECT_EQ(followAll(), 2);
  EXPECT_EQ(scalar("SELECT channel || ' ' || priority || ' ' || count || ' ' || latency_ms || ' ' || buckets[5] FROM "
                   "belfry.delivery_statistics WHERE type = 'delivered'"),
            "email 1 1 2000 1");
  EXPECT_EQ(scalar("SELECT latency_ms FROM belfry.delivery_statistics WHERE type = 'scheduled'"), "0")
      << "before it was due";
}

TEST_F(StatisticsStoreTest, AnEventOfADeliveryThatIsGoneStopsNothing) {
  storedMail(tenant_);
  sql("UPDATE belfry.outbox SET channel = NULL");
  sql("TRUNCATE belfry.deliveries");
  storedMail(tenant_);
  sequenceAll();
  EXPECT_EQ(followAll(), 2);
  EXPECT_EQ(countOf("queued"), "1");
}

TEST_F(StatisticsStoreTest, BucketsAreThoseOfTheModel) {
  for (const auto bound : kTimeBounds) {
    tell(bound);
    tell(bound + 1ms);
  }
  followAll();
  TimeBuckets expected;
  expected.fill(2);
  expected.front() = expected.back() = 1;
  TimeBuckets sum{};
  for (const auto& row : stores_->statistics.read(tenant_, lastHour()))
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += row.events.buckets[i];
  EXPECT_EQ(sum, expected);
}

TEST_F(StatisticsStoreTest, ReadsByStepProviderAndTypeForOneTenant) {
  sendMails(3, 700ms);
  std::vector<NewNotification> others = {mail(newTenant()), mail(newTenant())};
  stores_->intake.write(others, kNoClaims);
  sequenceAll();
  followAll();
  sql("UPDATE belfry.delivery_statistics SET minute = minute - interval '30 minutes' WHERE type = 'queued'");
  auto query = lastHour();
  auto rows = stores_->statistics.read(tenant_, query);
  std::int64_t sent = 0, queued = 0;
  for (const auto& row : rows) (row.type == EventType::sent ? sent : queued) += row.events.count;
  EXPECT_EQ(sent, 3);
  EXPECT_EQ(queued, 3);
  query.step = std::chrono::minutes(10);
  rows = stores_->statistics.read(tenant_, query);
  EXPECT_LT(rows.front().step, rows.back().step);
  for (const auto& row : rows) EXPECT_EQ((row.step - query.from) % std::chrono::minutes(10), Duration(0));
  query.provider = "mail";
  for (const auto& row : stores_->statistics.read(tenant_, query)) EXPECT_EQ(row.type, EventType::sent);
  query.provider.clear();
  query.channel = Channel::sms;
  EXPECT_THAT(stores_->statistics.read(tenant_, query), IsEmpty());
}

TEST_F(StatisticsStoreTest, PrunesWhatIsOldAndAReplayDoesNotBringItBackTwice) {
  sendMails(3);
  followAll();
  sql("UPDATE belfry.delivery_statistics SET minute = minute - interval '3 days' WHERE type = 'queued'");
  EXPECT_EQ(stores_->statistics.prune(4, 10), 0);
  EXPECT_GE(stores_->statistics.prune(2, 10), 1);
  EXPECT_EQ(stores_->statistics.prune(2, 10), 0);
  stores_->feed.rewind(FeedSink::statistics, 0);
  followAll();
  EXPECT_EQ(countOf("queued"), "3");
  EXPECT_EQ(countOf("sent"), "3");
}

}  // namespace
}  // namespace belfry::pg::test
