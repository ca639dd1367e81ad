#include "workers/settle_stream.h"

#include "fakes.h"

namespace belfry::test {
namespace {

Settlement settlementNumber(int number) {
  auto claim = claimNumber(number);
  Settlement settlement{};
  settlement.tenant = claim.tenant;
  settlement.delivery = claim.id;
  settlement.attempt = 1;
  settlement.state = DeliveryState::sent;
  return settlement;
}

class SettleStreamTest : public ::testing::Test {
 protected:
  std::size_t settledInStore() {
    return store_.read([](auto& store) { return store.settled.size(); });
  }

  FakeWorkStore store_;
  std::atomic<std::size_t> freed_{0};
  SettleStream stream_{store_, [this](std::span<const Settlement> group) { freed_ += group.size(); }, silentLog()};
};

TEST_F(SettleStreamTest, JoinsWhatEndsWhileACommitRuns) {
  stream_.start();
  store_.hold();
  stream_.push(settlementNumber(0));
  // The first group is in the store's hands, or will be with some of the rest; either way nothing is lost and few
  // commits are made.
  for (int i = 1; i < 500; ++i) stream_.push(settlementNumber(i));
  store_.open();
  EXPECT_TRUE(waitUntil(10s, [&] { return freed_ == 500; }));
  stream_.stop(in(10s));
  EXPECT_EQ(store_.settled.size(), 500u);
  EXPECT_LE(store_.groups.size(), 3u);
}

TEST_F(SettleStreamTest, AGroupHasALimit) {
  for (int i = 0; i < 2500; ++i) stream_.push(settlementNumber(i));
  stream_.start();
  stream_.stop(in(10s));
  EXPECT_THAT(store_.groups, ElementsAre(1000, 1000, 500));
  EXPECT_EQ(freed_, 2500u);
}

TEST_F(SettleStreamTest, TriesAgainUntilTheDatabaseIsBack) {
  store_.fail_settles = 3;
  stream_.start();
  stream_.push(settlementNumber(1));
  EXPECT_TRUE(waitUntil(10s, [&] { return freed_ == 1; }));
  EXPECT_EQ(settledInStore(), 1u);
}

TEST_F(SettleStreamTest, ARefusedSettlementFreesItsSlotAndLeavesTheOthers) {
  for (int i = 0; i < 40; ++i) {
    auto one = settlementNumber(i);
    if (i == 13 || i == 39) one.error_code = "bad row";
    stream_.push(one);
  }
  stream_.start();
  stream_.stop(in(10s));
  EXPECT_EQ(store_.settled.size(), 38u);
  EXPECT_EQ(freed_, 40u);
}

TEST_F(SettleStreamTest, StopSettlesWhatIsQueued) {
  for (int i = 0; i < 10; ++i) stream_.push(settlementNumber(i));
  stream_.start();
  stream_.stop(in(10s));
  EXPECT_EQ(settledInStore(), 10u);
}

TEST_F(SettleStreamTest, StopGivesUpAtItsDeadline) {
  store_.fail_settles = 1000000;
  stream_.start();
  stream_.push(settlementNumber(1));
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.fail_settles; }) < 1000000; }));
  stream_.stop(std::chrono::steady_clock::now());
  EXPECT_EQ(freed_, 1u) << "the lease does the rest";
  EXPECT_THAT(store_.settled, IsEmpty());
}

}  // namespace
}  // namespace belfry::test
