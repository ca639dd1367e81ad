#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class ReadyStoreTest : public StoreSuite {
 protected:
  void SetUp() override { clearDeliveries(); }

  static Lane laneOf(const NewNotification& of) { return {of.priority, of.tenant, Channel::email}; }

  static std::vector<Lane> lanes() {
    std::vector<Lane> all;
    for (const auto& ready : stores_->ready.readyLanes(std::nullopt, 100)) all.push_back(ready.lane);
    return all;
  }

  static NewNotification scheduledMail(TenantId tenant, Duration ahead) {
    auto made = mail(tenant);
    made.scheduled_at = made.created_at + ahead;
    store(made);
    return made;
  }
};

TEST_F(ReadyStoreTest, LanesAreFoundOnceEachWithWhatWaitsTheLongest) {
  const auto acme = newTenant(), globex = newTenant();
  auto oldest = storedMail(acme);
  storedMail(acme);
  storedMail(acme, Priority::critical);
  auto other = storedMail(globex);
  scheduledMail(newTenant(), 1h);
  const auto ready = stores_->ready.readyLanes(std::nullopt, 100);
  ASSERT_THAT(ready, SizeIs(3));
  EXPECT_EQ(ready[0].lane, (Lane{Priority::critical, acme, Channel::email}));
  EXPECT_EQ(ready[1].lane, laneOf(oldest));
  EXPECT_EQ(ready[1].oldest, oldest.deliveries[0].id);
  EXPECT_EQ(ready[1].due_at, oldest.created_at);
  EXPECT_EQ(ready[2].lane, laneOf(other));
}

TEST_F(ReadyStoreTest, LanesComeInPages) {
  for (int i = 0; i < 5; ++i) storedMail(newTenant());
  const auto all = lanes();
  ASSERT_THAT(all, SizeIs(5));
  std::vector<Lane> paged;
  for (auto page = stores_->ready.readyLanes(std::nullopt, 2); !page.empty();
       page = stores_->ready.readyLanes(paged.back(), 2))
    for (const auto& ready : page) paged.push_back(ready.lane);
  EXPECT_EQ(paged, all);
}

TEST_F(ReadyStoreTest, WhatIsClaimedLeavesItsLane) {
  const auto tenant = newTenant();
  auto first = storedMail(tenant), second = storedMail(tenant);
  EXPECT_THAT(stores_->ready.readyIds(laneOf(first), 10), ElementsAre(first.deliveries[0].id, second.deliveries[0].id));
  EXPECT_THAT(stores_->ready.readyIds(laneOf(first), 1), ElementsAre(first.deliveries[0].id));
  claimDue(*stores_, {{Priority::medium, 1}}, 60s, newUuidV7(stores_->clock.now()));
  EXPECT_THAT(stores_->ready.readyIds(laneOf(first), 10), ElementsAre(second.deliveries[0].id));
  claimDue(*stores_, {{Priority::medium, 1}}, 60s, newUuidV7(stores_->clock.now()));
  EXPECT_THAT(lanes(), IsEmpty());
}

TEST_F(ReadyStoreTest, WhatIsScheduledIsQueuedWhenItsTimeComes) {
  EXPECT_EQ(stores_->ready.untilNextDue(), std::nullopt);
  auto made = scheduledMail(newTenant(), 1h);
  scheduledMail(newTenant(), 2h);
  const auto until = stores_->ready.untilNextDue();
  ASSERT_TRUE(until);
  EXPECT_GT(*until, 59min);
  EXPECT_LE(*until, 60min);
  EXPECT_THAT(stores_->ready.promoteDue(10), IsEmpty());
  EXPECT_THAT(lanes(), IsEmpty());
  sql("UPDATE belfry.work SET due_at = now() - interval '1 second' WHERE notification_id = " +
      quoted(made.id.toString()));
  const auto ready = stores_->ready.promoteDue(10);
  ASSERT_THAT(ready, SizeIs(1));
  EXPECT_EQ(ready[0].id, made.deliveries[0].id);
  EXPECT_EQ(ready[0].lane, laneOf(made));
  EXPECT_THAT(stores_->ready.promoteDue(10), IsEmpty()) << "twice";
  EXPECT_THAT(lanes(), ElementsAre(laneOf(made)));
}

TEST_F(ReadyStoreTest, AtMostAsManyAreQueuedAsAsked) {
  const auto tenant = newTenant();
  for (int i = 0; i < 5; ++i) scheduledMail(tenant, 1h);
  sql("UPDATE belfry.work SET due_at = now() - interval '1 second'");
  EXPECT_THAT(stores_->ready.promoteDue(2), SizeIs(2));
  EXPECT_THAT(stores_->ready.promoteDue(10), SizeIs(3));
}

/// One tenant's many are one look: the plan leaps from lane to lane.
TEST_F(ReadyStoreTest, AMillionInOneLaneIsOneLook) {
  const auto tenant = newTenant();
  auto few = storedMail(newTenant());
  sql("INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, priority, state, due_at, seq) "
      "SELECT " +
      quoted(tenant.toString()) +
      ", gen_random_uuid(), gen_random_uuid(), 'email', 2, 'queued', now() - i * interval '1 ms', 2 FROM "
      "generate_series(1, 20000) AS i");
  sql("ANALYZE belfry.work");
  const auto plan = sql("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + [] {
    std::string text(sql::work_ready_lanes.sql);
    for (auto [from, to] : {std::pair{"$1", "-1"}, std::pair{"$2", "'00000000-0000-0000-0000-000000000000'"},
                            std::pair{"$3", "''"}, std::pair{"$4", "100"}})
      text.replace(text.find(from), 2, to);
    return text;
  }());
  std::string lines;
  for (const auto& row : plan) lines += row[0] + "\n";
  EXPECT_THAT(lines, ::testing::HasSubstr("work_ready"));
  EXPECT_THAT(lines, ::testing::Not(::testing::HasSubstr("Seq Scan on work"))) << lines;
  EXPECT_THAT(lanes(), SizeIs(2));
}

}  // namespace
}  // namespace belfry::pg::test
