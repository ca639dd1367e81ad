// Scheduled deliveries that are taken up late: sent, skipped or deferred, and never what was not scheduled.
#include "services/delivery/misfires.h"

#include "adapters/datetz/system_time_zones.h"
#include "fakes.h"

namespace belfry::test {
namespace {

class MisfiresTest : public ::testing::Test {
 protected:
  MisfiresTest() {
    claim_ = claimNumber(0);
    claim_.due_at = noon();
    loaded_.created_at = noon() - 1h;
  }

  std::optional<Misfire> judge(Duration late) { return misfires_.judge(claim_, loaded_, noon() + late); }
  Settlement settled(Duration late) {
    const auto misfire = judge(late);
    return settleMisfire(claim_, misfire.value(), loaded_.expires_at, noon() + late);
  }

  const datetz::SystemTimeZones zones_;
  Misfires misfires_{zones_, {MisfirePolicy::send, 5min, "UTC"}};
  ClaimedDelivery claim_;
  LoadedNotification loaded_;
};

TEST_F(MisfiresTest, OnlyWhatIsScheduledAndLateEnoughAtItsFirstAttempt) {
  EXPECT_FALSE(judge(5min));
  EXPECT_TRUE(judge(5min + 1us));
  claim_.attempt = 2;
  EXPECT_FALSE(judge(1h)) << "a retry";
  claim_.attempt = 1;
  loaded_.created_at = noon();
  EXPECT_FALSE(judge(1h)) << "was never scheduled";
}

TEST_F(MisfiresTest, TheSendSaysElseTheSetting) {
  EXPECT_EQ(judge(1h)->policy, MisfirePolicy::send);
  EXPECT_FALSE(judge(1h)->by_send);
  misfires_.apply({MisfirePolicy::skip, 1min, "UTC"});
  EXPECT_EQ(judge(2min)->policy, MisfirePolicy::skip);
  loaded_.request.misfire = MisfirePolicy::defer;
  EXPECT_EQ(judge(2min)->policy, MisfirePolicy::defer);
  EXPECT_TRUE(judge(2min)->by_send);
}

TEST_F(MisfiresTest, SkippedWithTheRuleThatSaidSo) {
  loaded_.request.misfire = MisfirePolicy::skip;
  const auto settlement = settled(10min);
  EXPECT_EQ(settlement.state, DeliveryState::skipped);
  EXPECT_EQ(settlement.error_code, "misfire");
  ASSERT_THAT(settlement.events, SizeIs(2));
  EXPECT_EQ(settlement.events[0].type, EventType::decision);
  EXPECT_EQ(
      settlement.events[0].detail_json,
      R"({"rule":"schedule.misfire","level":"request","value":"skip","scheduledAt":"2026-12-01T12:00:00.000000Z",)"
      R"("lateMs":600000})");
  EXPECT_EQ(settlement.events[1].type, EventType::skipped);
}

TEST_F(MisfiresTest, DeferredToTheSameLocalTimeOfTheNextDay) {
  loaded_.request.misfire = MisfirePolicy::defer;
  const auto settlement = settled(30h);
  EXPECT_EQ(settlement.state, DeliveryState::deferred);
  EXPECT_EQ(settlement.due_at, noon() + 48h);
  ASSERT_THAT(settlement.events, SizeIs(1));
  EXPECT_EQ(settlement.events[0].type, EventType::deferred);
  EXPECT_THAT(settlement.events[0].detail_json, HasSubstr(R"("deferredTo":"2026-12-03T12:00:00.000000Z")"));
}

TEST_F(MisfiresTest, TheDayIsThatOfTheSendsZoneElseTheRecipients) {
  claim_.due_at = *parseRfc3339("2027-03-27T12:00:00Z");  // the clocks of Madrid go forward in the night
  loaded_.request.misfire = MisfirePolicy::defer;
  const auto to = [&] {
    return formatRfc3339(*misfires_.judge(claim_, loaded_, claim_.due_at + 1h)->deferred_to).substr(0, 16);
  };
  EXPECT_EQ(to(), "2027-03-28T12:00");
  loaded_.request.recipient.timezone = "Europe/Madrid";
  EXPECT_EQ(to(), "2027-03-28T11:00");
  loaded_.request.timezone = "UTC";
  EXPECT_EQ(to(), "2027-03-28T12:00");
  loaded_.request.timezone = "No/Where";
  EXPECT_EQ(to(), "2027-03-28T12:00") << "a zone that tzdata has dropped";
}

TEST_F(MisfiresTest, ExpiredWhenTheNextDayIsTooLate) {
  loaded_.request.misfire = MisfirePolicy::defer;
  loaded_.expires_at = noon() + 24h;
  const auto settlement = settled(10min);
  EXPECT_EQ(settlement.state, DeliveryState::expired);
  EXPECT_FALSE(settlement.due_at);
  EXPECT_EQ(settlement.events.back().type, EventType::expired);
  loaded_.expires_at = noon() + 24h + 1us;
  EXPECT_EQ(settled(10min).state, DeliveryState::deferred);
}

}  // namespace
}  // namespace belfry::test
