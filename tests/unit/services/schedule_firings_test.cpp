// Schedules that are due: each firing once, missed ones by policy, refusals told. The intake and its writer are the
// real ones, on a store that keeps what it gets.
#include "services/schedules/schedule_firings.h"

#include "fake_intake.h"
#include "services/schedules/schedules.h"

namespace belfry::test {
namespace {

/// One schedule, which is always the one that is due.
class OneSchedule final : public ScheduleStore {
 public:
  void create(const Schedule& made) override { schedule = made; }
  std::optional<Schedule> get(TenantId, ScheduleId) override { return schedule; }
  std::vector<Schedule> list(TenantId, std::optional<ScheduleState>, std::optional<ScheduleId>, int) override {
    return {schedule};
  }
  bool change(const Schedule& changed) override {
    if (lose_changes) return false;
    schedule = changed;
    ++schedule.revision;
    return true;
  }
  bool remove(TenantId, ScheduleId) override { return true; }
  std::vector<Schedule> takeDue(int, Duration) override {
    return schedule.next_at ? std::vector<Schedule>{schedule} : std::vector<Schedule>();
  }
  void advance(std::span<const ScheduleAdvance> group) override { advances.assign(group.begin(), group.end()); }
  std::optional<TimePoint> nextDue() override { return std::nullopt; }

  Schedule schedule;
  std::vector<ScheduleAdvance> advances;
  bool lose_changes = false;
};

class ScheduleFiringsTest : public IntakeSuite {
 protected:
  ScheduleFiringsTest() {
    auto& schedule = store_of_schedules_.schedule;
    schedule.tenant = caller_.tenant;
    schedule.id = ScheduleId::mint(noon());
    schedule.terms.name = "daily";
    schedule.terms.rule = "0 12 * * *";
    schedule.terms.timezone = "UTC";
    schedule.terms.send_json = "{}";
    schedule.next_at = noon();
    clock_.set(noon() + 20ms);
  }

  /// The one advance that came of it.
  ScheduleAdvance fire() {
    store_of_schedules_.advances.clear();
    startWriter();
    const ScheduledSend send(*intake_, SendBody{[this](std::string_view) -> Result<SendCommand, Problem> {
                                                  if (refuse_) return failure(*refuse_);
                                                  return command_;
                                                },
                                                [](Problem&, std::string_view) {}});
    ScheduleFirings firings(store_of_schedules_, zones_, send, clock_, silentLog(), 5min);
    firings.fireDue();
    stopWriter();
    EXPECT_THAT(store_of_schedules_.advances, SizeIs(refused_for_now_ ? 0 : 1));
    return store_of_schedules_.advances.empty() ? ScheduleAdvance{} : store_of_schedules_.advances[0];
  }
  Schedule& schedule() { return store_of_schedules_.schedule; }

  OneSchedule store_of_schedules_;
  std::optional<Problem> refuse_;
  bool refused_for_now_ = false;
};

TEST_F(ScheduleFiringsTest, MakesANotificationAndMovesOn) {
  const auto advance = fire();
  ASSERT_THAT(store_.rows, SizeIs(1));
  EXPECT_EQ(advance.notification, store_.rows[0].id);
  EXPECT_EQ(advance.fired_at, noon());
  EXPECT_EQ(advance.next_at, noon() + 24h);
  EXPECT_EQ(advance.missed, 0);
  EXPECT_FALSE(store_.rows[0].scheduled_at);
  EXPECT_EQ(advance.was_due, noon());
}

TEST_F(ScheduleFiringsTest, OneTimeHasOneKeyWhoeverFiresIt) {
  fire();
  fire();
  ASSERT_THAT(store_.rows, SizeIs(2));
  EXPECT_EQ(store_.rows[0].idempotency->key_hash, store_.rows[1].idempotency->key_hash);
  EXPECT_EQ(store_.rows[0].idempotency->request_hash, store_.rows[1].idempotency->request_hash);
  schedule().next_at = noon() + 24h;
  clock_.set(noon() + 24h);
  fire();
  EXPECT_NE(store_.rows.at(2).idempotency->key_hash, store_.rows[0].idempotency->key_hash);
}

TEST_F(ScheduleFiringsTest, AFiringThatWasMadeBeforeIsTakenOver) {
  const auto first = NotificationId::mint(noon());
  store_.outcome = Replayed{202, R"({"id":")" + first.toString() + "\"}"};
  EXPECT_EQ(fire().notification, first);
}

TEST_F(ScheduleFiringsTest, OfSeveralMissedTimesTheLatestCounts) {
  clock_.set(noon() + 24h * 3 + 1min);
  const auto advance = fire();
  EXPECT_EQ(advance.fired_at, noon() + 24h * 3);
  EXPECT_EQ(advance.missed, 3);
  EXPECT_EQ(advance.next_at, noon() + 24h * 4);
  EXPECT_THAT(store_.rows, SizeIs(1));
}

TEST_F(ScheduleFiringsTest, ALateFiringFollowsThePolicy) {
  clock_.set(noon() + 1h);
  EXPECT_TRUE(fire().notification) << "send";
  schedule().terms.misfire = MisfirePolicy::skip;
  const auto skipped = fire();
  EXPECT_FALSE(skipped.notification);
  EXPECT_FALSE(skipped.fired_at);
  EXPECT_EQ(skipped.missed, 1);
  EXPECT_EQ(skipped.next_at, noon() + 24h);
  schedule().terms.misfire = MisfirePolicy::defer;
  EXPECT_EQ(fire().missed, 1) << "tomorrow at noon it fires anyway";
  schedule().terms.rule = "0 12 1 * *";
  const auto deferred = fire();
  EXPECT_EQ(deferred.missed, 0);
  EXPECT_EQ(store_.rows.back().scheduled_at, noon() + 24h);
  EXPECT_EQ(deferred.notification, store_.rows.back().id);
}

TEST_F(ScheduleFiringsTest, EndsByCountAndByTime) {
  schedule().terms.most_firings = 3;
  schedule().firings = 1;
  EXPECT_TRUE(fire().next_at);
  schedule().firings = 2;
  EXPECT_FALSE(fire().next_at);
  schedule().terms.most_firings.reset();
  schedule().terms.ends_at = noon() + 24h;
  EXPECT_EQ(fire().next_at, noon() + 24h);
  schedule().terms.ends_at = noon() + 24h - 1us;
  EXPECT_FALSE(fire().next_at);
}

TEST_F(ScheduleFiringsTest, ARefusalIsToldWithoutValuesAndTheNextTimeIsTried) {
  refuse_ = Problem{ErrorCode::validation_failed,
                    "1 field is not valid",
                    {{"/recipient/email", FieldErrorCode::not_an_address, "is no address", "secret@value", "one"}},
                    0};
  schedule().terms.most_firings = 1;
  const auto advance = fire();
  EXPECT_FALSE(advance.notification);
  EXPECT_EQ(advance.problem, "validation_failed: 1 field is not valid; /send/recipient/email is no address");
  EXPECT_EQ(advance.next_at, noon() + 24h) << "a refused firing does not count";
}

TEST_F(ScheduleFiringsTest, ARefusalForNowIsTriedAgain) {
  refuse_ = Problem{ErrorCode::overloaded, "busy", {}, 1};
  refused_for_now_ = true;
  fire();
  EXPECT_THAT(store_.rows, IsEmpty());
}

TEST_F(ScheduleFiringsTest, AZoneThatIsGoneEndsItAndIsTold) {
  schedule().terms.timezone = "No/Where";
  const auto advance = fire();
  EXPECT_FALSE(advance.next_at);
  EXPECT_THAT(advance.problem, HasSubstr("time zone"));
}

class SchedulesTest : public ScheduleFiringsTest {
 protected:
  /// "ok", or the problem's errors as "pointer code", or its code.
  std::string said(const Schedules::Outcome& outcome) {
    if (outcome) return "ok";
    std::string text;
    for (const auto& error : outcome.error().errors) {
      EXPECT_FALSE(error.allowed.empty()) << error.pointer;
      text += (text.empty() ? "" : ", ") + error.pointer + " " + std::string(toText(error.code));
    }
    return text.empty() ? std::string(toText(outcome.error().code)) : text;
  }
  std::string create(const std::string& rule) {
    wish_.terms.rule = rule;
    return said(schedules().create(caller_, wish_));
  }
  Schedules schedules() {
    return {store_of_schedules_, zones_, send_, clock_, {MisfirePolicy::skip, "Europe/Madrid"}, [this] { ++woken_; }};
  }

  ScheduleWish wish_{{"daily", "0 9 * * *", "", MisfirePolicy::send, {}, {}, {}, "{}"}, {}};
  ScheduledSend send_{*intake_, SendBody{[this](std::string_view) -> Result<SendCommand, Problem> { return command_; },
                                         [](Problem&, std::string_view) {}}};
  int woken_ = 0;
};

TEST_F(SchedulesTest, AreMadeWithTheDefaultsOfTheSettings) {
  EXPECT_EQ(create("0 9 * * *"), "ok");
  EXPECT_EQ(schedule().terms.timezone, "Europe/Madrid");
  EXPECT_EQ(schedule().terms.misfire, MisfirePolicy::skip);
  EXPECT_EQ(formatRfc3339(*schedule().next_at), "2026-12-02T08:00:00.000000Z");
  EXPECT_EQ(woken_, 1);
  EXPECT_THAT(store_.rows, IsEmpty()) << "the send is checked, not sent";
}

TEST_F(SchedulesTest, WhatNeverFiresIsRefused) {
  EXPECT_EQ(create("0 9 30 2 *"), "/rule never_fires");
  wish_.terms.ends_at = noon() + 1h;
  EXPECT_EQ(create("0 9 * * *"), "/rule never_fires") << "not before endsAt";
  wish_.terms.ends_at = noon() - 1h;
  EXPECT_EQ(create("0 9 * * *"), "/endsAt in_the_past");
  wish_.terms.ends_at = noon() + 48h;
  wish_.terms.starts_at = noon() + 72h;
  EXPECT_EQ(create("0 9 * * *"), "/endsAt out_of_range");
  wish_.terms.ends_at.reset();
  wish_.terms.starts_at = noon() + 24h * 3661;
  EXPECT_EQ(create("0 9 * * *"), "/startsAt out_of_range");
}

TEST_F(SchedulesTest, EverythingThatIsWrongIsToldAtOnce) {
  wish_.terms.timezone = "No/Where";
  command_.request.content.clear();
  command_.delay = 1h;
  EXPECT_EQ(create("0 25 * * *"), "/rule malformed, /timezone not_found, /send/delay not_allowed");
  command_.delay.reset();
  EXPECT_EQ(create("0 9 * * *"), "/timezone not_found, /send/content required");
}

TEST_F(SchedulesTest, ArePausedAndResumed) {
  ASSERT_EQ(create("0 9 * * *"), "ok");
  EXPECT_EQ(said(schedules().resume(caller_.tenant, schedule().id)), "state_conflict") << "it is active";
  EXPECT_EQ(said(schedules().pause(caller_.tenant, schedule().id)), "ok");
  EXPECT_FALSE(schedule().next_at);
  EXPECT_EQ(said(schedules().replace(caller_, schedule().id, wish_)), "ok");
  EXPECT_EQ(schedule().state, ScheduleState::paused) << "a change leaves it paused";
  clock_.set(noon() + 24h * 10);
  EXPECT_EQ(said(schedules().resume(caller_.tenant, schedule().id)), "ok");
  EXPECT_EQ(formatRfc3339(*schedule().next_at), "2026-12-12T08:00:00.000000Z") << "nothing is made up for";
  EXPECT_THAT(schedules().upcoming(schedule(), 2), SizeIs(2));
}

TEST_F(SchedulesTest, ThatHaveEndedOrWereChangedMeanwhileRefuseChanges) {
  ASSERT_EQ(create("0 9 * * *"), "ok");
  store_of_schedules_.lose_changes = true;
  EXPECT_EQ(said(schedules().pause(caller_.tenant, schedule().id)), "state_conflict");
  store_of_schedules_.lose_changes = false;
  schedule().firings = 5;
  wish_.terms.most_firings = 5;
  EXPECT_EQ(said(schedules().replace(caller_, schedule().id, wish_)), "/count out_of_range");
  schedule().state = ScheduleState::ended;
  EXPECT_EQ(said(schedules().replace(caller_, schedule().id, wish_)), "state_conflict");
}

}  // namespace
}  // namespace belfry::test
