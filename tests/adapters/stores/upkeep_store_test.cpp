#include <barrier>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class UpkeepStoreTest : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }

  static void settleAll() {
    for (;;) {
      auto claims = claimDue(*stores_, {{Priority::medium, 50}}, 60s, owner_);
      if (claims.empty()) return;
      std::vector<Settlement> group;
      for (const auto& claim : claims) {
        Settlement one{claim.tenant, claim.id, claim.attempt, claim.priority, DeliveryState::sent, {}, "mail", {}, {}, {}, {}};
        one.events = {{EventType::sending, claim.due_at, claim.attempt, "mail", {}},
                      {EventType::sent, claim.due_at, claim.attempt, "mail", {}}};
        group.push_back(one);
      }
      stores_->work.settle(group);
    }
  }

  static long disorder() {
    return std::stol(scalar(
        "SELECT count(*) FROM (SELECT seq - lag(seq, 1, 1) OVER (PARTITION BY delivery_id ORDER BY pos) AS step FROM "
        "belfry.feed) f WHERE step <> 1"));
  }

  static inline TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

TEST_F(UpkeepStoreTest, TheFeedTakesEveryEventInTheOrderOfItsDelivery) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 40; ++i) group.push_back(mail(i % 2 ? tenant_ : newTenant()));
  stores_->intake.write(group, kNoClaims);
  settleAll();
  int moved = 0;
  while (int step = stores_->upkeep.sequenceFeed(7)) moved += step;
  EXPECT_EQ(moved, 120);
  EXPECT_EQ(count("outbox"), 0);
  EXPECT_EQ(count("feed"), 120);
  EXPECT_EQ(disorder(), 0);
  EXPECT_EQ(stores_->upkeep.sequenceFeed(7), 0);
}

TEST_F(UpkeepStoreTest, TwoSequencersKeepTheOrderWhileEventsArrive) {
  constexpr int kGroups = 20, kEach = 20;
  std::atomic<bool> done{false};
  std::atomic<int> moved{0};
  {
    std::vector<std::jthread> sequencers;
    for (int i = 0; i < 2; ++i)
      sequencers.emplace_back([&] {
        while (!done || count("outbox") > 0) moved += stores_->upkeep.sequenceFeed(13);
      });
    for (int i = 0; i < kGroups; ++i) {
      std::vector<NewNotification> group;
      for (int k = 0; k < kEach; ++k) group.push_back(mail(tenant_));
      stores_->intake.write(group, kNoClaims);
      settleAll();
    }
    done = true;
  }
  EXPECT_EQ(moved, kGroups * kEach * 3);
  EXPECT_EQ(count("feed"), kGroups * kEach * 3);
  EXPECT_EQ(disorder(), 0);
}

TEST_F(UpkeepStoreTest, OnlyTheElectedProcessSequences) {
  storedMail(tenant_);
  {
    auto lease = stores_->system_pool.acquire();
    Transaction elected(*lease);
    ASSERT_TRUE(elected.run(sql::feed_elect)[0].boolean(0));
    EXPECT_EQ(stores_->upkeep.sequenceFeed(10), 0);
  }
  EXPECT_EQ(stores_->upkeep.sequenceFeed(10), 1);
}

TEST_F(UpkeepStoreTest, PrunesOnlyWhatIsOld) {
  for (int i = 0; i < 5; ++i) storedMail(tenant_);
  stores_->upkeep.sequenceFeed(10);
  sql("UPDATE belfry.feed SET sequenced_at = now() - interval '3 hours' WHERE pos <= 3");
  EXPECT_EQ(stores_->upkeep.pruneFeed(2h, 2), 2);
  EXPECT_EQ(stores_->upkeep.pruneFeed(2h, 2), 1);
  EXPECT_EQ(stores_->upkeep.pruneFeed(2h, 2), 0);
  EXPECT_EQ(count("feed"), 2);
}

TEST_F(UpkeepStoreTest, PrunesExpiredKeys) {
  for (int i = 0; i < 4; ++i) store(keyed(tenant_, std::to_string(i)));
  sql("UPDATE belfry.idempotency_keys SET expires_at = now() - interval '1 second' WHERE key_hash IN "
      "(SELECT key_hash FROM belfry.idempotency_keys LIMIT 3)");
  EXPECT_EQ(stores_->upkeep.pruneIdempotencyKeys(2), 2);
  EXPECT_EQ(stores_->upkeep.pruneIdempotencyKeys(2), 1);
  EXPECT_EQ(count("idempotency_keys"), 1);
}

TEST_F(UpkeepStoreTest, PartitionsAreMadeAheadOnce) {
  EXPECT_EQ(stores_->upkeep.ensurePartitions(3), 0) << "the migration made them";
  EXPECT_EQ(stores_->upkeep.ensurePartitions(5), 8);
  EXPECT_EQ(stores_->upkeep.ensurePartitions(5), 0);
  EXPECT_EQ(scalar("SELECT count(*) FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND relispartition AND "
                   "relkind = 'r' "
                   "AND NOT (relrowsecurity AND relforcerowsecurity)"),
            "0");
}

TEST_F(UpkeepStoreTest, ConcurrentHostsMakeEachPartitionOnce) {
  std::barrier together(4);
  std::atomic<int> made{0};
  {
    std::vector<std::jthread> hosts;
    for (int i = 0; i < 4; ++i)
      hosts.emplace_back([&] {
        together.arrive_and_wait();
        made += stores_->upkeep.ensurePartitions(8);
      });
  }
  EXPECT_EQ(made % 3, 0);
  EXPECT_EQ(stores_->upkeep.ensurePartitions(8), 0);
}

TEST_F(UpkeepStoreTest, RowsThatCameBeforeTheirPartitionMoveIntoIt) {
  // A host that was off for months: this month has no partition yet, and intake was quicker than upkeep.
  for (const char* parent : {"notifications", "deliveries", "delivery_events"})
    sql("DO $$ BEGIN EXECUTE 'DROP TABLE belfry." + std::string(parent) +
        "_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM'); END $$");
  auto made = storedMail(tenant_);
  EXPECT_EQ(count("notifications_default"), 1);
  EXPECT_EQ(stores_->upkeep.ensurePartitions(3), 3);
  for (const char* parent : {"notifications", "deliveries", "delivery_events"})
    EXPECT_EQ(count(std::string(parent) + "_default"), 0) << parent;
  auto found = stores_->notifications.get(tenant_, made.id);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->deliveries.at(0).timeline, SizeIs(2));
  EXPECT_EQ(
      scalar(
          "SELECT count(*) FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND relkind IN ('r', 'p') AND NOT "
          "(relrowsecurity AND relforcerowsecurity)"),
      "0");
  settleAll();
  EXPECT_EQ(scalar("SELECT status FROM belfry.deliveries"), "sent");
}

}  // namespace
}  // namespace belfry::pg::test
