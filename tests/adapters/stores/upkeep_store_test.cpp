#include <barrier>
#include <thread>

#include "feed_suite.h"

namespace belfry::pg::test {
namespace {

class UpkeepStoreTest : public FeedSuite {};

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
