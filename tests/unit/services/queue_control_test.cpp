#include "services/queues/queue_control.h"

#include "fakes.h"
#include "services/queues/pause_keeper.h"
#include "services/queues/queue_record.h"

namespace belfry::test {
namespace {

constexpr QueueName kMailLow{Channel::email, Priority::low};

/// Hands out what a test put in and counts what is moved.
class FakeQueues final : public QueueStore {
 public:
  std::vector<QueueDepth> depths(TenantId) override { return of_depth; }
  std::vector<QueueFlow> flows(TenantId, const FlowWindows&) override { return of_flow; }
  std::vector<StandingQueue> standing() override {
    ++looks;
    return of_standing;
  }
  std::vector<QueueTotal> totals() override { return {}; }
  int park(TenantId, QueueName queue, int limit) override {
    parks.push_back(queue);
    return std::min(limit, std::exchange(to_move, std::max(0, to_move - limit)));
  }
  int unpark(TenantId, QueueName queue, int limit) override {
    unparks.push_back(queue);
    return std::min(limit, std::exchange(to_move, std::max(0, to_move - limit)));
  }

  std::vector<QueueDepth> of_depth;
  std::vector<QueueFlow> of_flow;
  std::vector<StandingQueue> of_standing;
  std::vector<QueueName> parks, unparks;
  int to_move = 0;
  int looks = 0;
};

class FakeOperations final : public QueueOperationStore {
 public:
  std::optional<QueueOperationId> start(const QueueOperation& operation, const AuditEntry& audit) override {
    if (running) return running;
    started.push_back(operation);
    audited.push_back(audit);
    return std::nullopt;
  }
  std::optional<QueueOperation> get(TenantId, QueueOperationId) override { return std::nullopt; }
  std::vector<QueueOperation> list(TenantId, std::optional<QueueOperationId>, int) override { return {}; }
  QueueSurvey survey(TenantId, const QueueWish&, TimePoint) override { return {7, true, {}}; }
  std::optional<QueueStep> step() override { return std::nullopt; }

  std::optional<QueueOperationId> running;
  std::vector<QueueOperation> started;
  std::vector<AuditEntry> audited;
};

class QueueControlTest : public ::testing::Test {
 protected:
  QueueControlTest() {
    catalogue_.add("mail");
    directory_.reload();
  }

  static std::string only(const Problem& problem) {
    return problem.errors.size() == 1 ? problem.errors[0].pointer : std::to_string(problem.errors.size()) + " errors";
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  StillClock clock_;
  FakePauses pauses_;
  FakeQueues queues_;
  FakeOperations operations_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  QueueGate gate_{pauses_, directory_};
  const TenantId tenant_ = tenantNumber(1);
  const Operator by_{tenant_, "key:ops", "request-1"};
  int changes_ = 0, begun_ = 0;
  QueueControl control_{
      {queues_, pauses_, operations_, directory_, gate_, clock_}, 10, [this] { ++changes_; }, [this] { ++begun_; }};
};

TEST_F(QueueControlTest, APauseIsHeldAtOnceAndAudited) {
  EXPECT_FALSE(gate_.anything());
  const auto made = control_.pause(by_, {{Channel::email, Priority::low, ""}, false, "slow relay"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->created_by, "key:ops");
  EXPECT_EQ(changes_, 1);
  EXPECT_TRUE(gate_.closed(tenant_, kMailLow));
  EXPECT_FALSE(gate_.closed(tenant_, {Channel::email, Priority::high}));
  EXPECT_FALSE(gate_.closed(tenant_, {Channel::sms, Priority::low}));
  EXPECT_FALSE(gate_.closed(tenantNumber(2), kMailLow));
  ASSERT_THAT(pauses_.audited, SizeIs(1));
  EXPECT_EQ(pauses_.audited[0].action, "queue.pause");
  EXPECT_EQ(pauses_.audited[0].target, "email/low");
  EXPECT_EQ(pauses_.audited[0].request_id, "request-1");
  EXPECT_THAT(pauses_.audited[0].after_json, HasSubstr(R"("reason":"slow relay")"));
  EXPECT_EQ(pauses_.audited[0].before_json, "");
}

TEST_F(QueueControlTest, AResumeEndsExactlyWhatItNamesAndSaysSo) {
  ASSERT_TRUE(control_.pause(by_, {{Channel::email, {}, ""}, false, ""}));
  const auto narrower = control_.resume(by_, {{Channel::email, Priority::low, ""}, false, ""});
  ASSERT_FALSE(narrower);
  EXPECT_EQ(narrower.error().code, ErrorCode::state_conflict);
  EXPECT_TRUE(gate_.closed(tenant_, kMailLow));
  const auto ended = control_.resume(by_, {{Channel::email, {}, ""}, false, ""});
  ASSERT_TRUE(ended);
  EXPECT_THAT(*ended, SizeIs(1));
  EXPECT_FALSE(gate_.anything());
  EXPECT_EQ(pauses_.audited.back().action, "queue.resume");
  EXPECT_THAT(pauses_.audited.back().before_json, HasSubstr(R"({"ended":[{)"));
}

TEST_F(QueueControlTest, WhatIsPausedIsNotPausedAgain) {
  ASSERT_TRUE(control_.pause(by_, {{}, true, ""}));
  const auto again = control_.pause(by_, {{}, true, ""});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::state_conflict);
  EXPECT_THAT(again.error().detail, HasSubstr("tenant is paused already"));
  EXPECT_TRUE(control_.drain(by_, {{}, true, ""})) << "a drain is another thing";
}

TEST_F(QueueControlTest, APauseOfWhatIsNotThereNamesWhatIs) {
  const auto refused = control_.pause(by_, {{{}, {}, "nosuch"}, false, ""});
  ASSERT_FALSE(refused);
  ASSERT_THAT(refused.error().errors, SizeIs(1));
  EXPECT_EQ(refused.error().errors[0].pointer, "/provider");
  EXPECT_EQ(refused.error().errors[0].value, "nosuch");
  EXPECT_EQ(refused.error().errors[0].allowed, "mail");
  EXPECT_TRUE(control_.pause(by_, {{{}, {}, "mail"}, false, ""}));
}

TEST_F(QueueControlTest, AScopeIsSaidOutLoudAndDoesNotContradictItself) {
  EXPECT_EQ(only(control_.pause(by_, {}).error()), "/all");
  EXPECT_EQ(only(control_.resume(by_, {}).error()), "/all");
  EXPECT_EQ(only(control_.pause(by_, {{Channel::sms, {}, ""}, true, ""}).error()), "/all");
  EXPECT_EQ(only(control_.pause(by_, {{Channel::email, {}, "mail"}, false, ""}).error()), "/provider");
  EXPECT_EQ(only(control_.drain(by_, {{Channel::email, Priority::low, ""}, false, ""}).error()), "/priority");
  EXPECT_EQ(only(control_.drain(by_, {{{}, {}, "mail"}, false, ""}).error()), "/provider");
  EXPECT_THAT(pauses_.pauses, IsEmpty());
}

TEST_F(QueueControlTest, ADrainHoldsNothingAndSaysWhenItIsOver) {
  ASSERT_TRUE(control_.drain(by_, {{Channel::email, {}, ""}, false, "move"}));
  EXPECT_FALSE(gate_.closed(tenant_, kMailLow));
  EXPECT_TRUE(gate_.drain(tenant_, Channel::email));
  EXPECT_FALSE(gate_.drain(tenant_, Channel::sms));
  EXPECT_EQ(control_.pauses(tenant_).at(0).empty, false);
  pauses_.any_left = false;
  EXPECT_EQ(control_.pauses(tenant_).at(0).empty, true);
}

TEST_F(QueueControlTest, AChannelIsHeldWhenEveryProviderThatCouldSendIs) {
  catalogue_.add("second");
  catalogue_.add("off").enabled = false;
  catalogue_.add("broken").problem = "a secret is missing";
  directory_.reload();
  pauses_.hold({{}, {}, "mail"});
  gate_.reload();
  EXPECT_FALSE(gate_.closed(tenant_, kMailLow));
  EXPECT_TRUE(gate_.providerPaused(tenant_, "mail"));
  pauses_.hold({{}, {}, "second"});
  gate_.reload();
  EXPECT_TRUE(gate_.closed(tenant_, kMailLow));
  EXPECT_FALSE(gate_.closed(tenant_, {Channel::sms, Priority::low})) << "it has no provider, which is no pause";
}

TEST_F(QueueControlTest, ABulkActionSaysWhichDeliveriesAreMeant) {
  using Wish = ActionWish;
  const auto fault = [&](const Wish& wish) { return only(control_.start(by_, wish).error()); };
  EXPECT_EQ(fault({{QueueAction::retry_failed, {}, {}, {}}, false}), "/filter");
  EXPECT_EQ(fault({{QueueAction::retry_failed, {.channel = Channel::email}, {}, {}}, true}), "/filter/all");
  EXPECT_EQ(fault({{QueueAction::change_priority, {}, {}, {}}, true}), "/priority");
  EXPECT_EQ(fault({{QueueAction::delete_waiting, {}, Priority::low, {}}, true}), "/priority");
  EXPECT_EQ(fault({{QueueAction::delete_waiting, {.state = DeliveryState::sent}, {}, {}}, false}), "/filter/state");
  EXPECT_EQ(fault({{QueueAction::retry_failed, {.state = DeliveryState::queued}, {}, {}}, false}), "/filter/state");
  EXPECT_EQ(fault({{QueueAction::delete_waiting, {.from = noon(), .to = noon()}, {}, {}}, false}), "/filter/to");
  EXPECT_THAT(operations_.started, IsEmpty());
  EXPECT_TRUE(control_.start(by_, {{QueueAction::retry_failed, {.state = DeliveryState::unknown}, {}, {}}, false}));
}

TEST_F(QueueControlTest, ABulkActionBeginsAuditedAndAloneInItsTenant) {
  const ActionWish wish{{QueueAction::change_priority, {.channel = Channel::sms}, Priority::low, 5}, false};
  EXPECT_EQ(control_.survey(tenant_, wish)->matched, 7);
  EXPECT_EQ(begun_, 0);
  const auto begun = control_.start(by_, wish);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun_, 1);
  ASSERT_THAT(operations_.audited, SizeIs(1));
  EXPECT_EQ(operations_.audited[0].action, "queue.change_priority");
  EXPECT_EQ(operations_.audited[0].target, begun->id.toString());
  EXPECT_THAT(operations_.audited[0].after_json, HasSubstr(R"("filter":{"channel":"sms"},"priority":"low","limit":5)"));
  operations_.running = begun->id;
  const auto second = control_.start(by_, wish);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::state_conflict);
  EXPECT_THAT(second.error().detail, HasSubstr(begun->id.toString()));
  EXPECT_EQ(begun_, 1);
}

TEST_F(QueueControlTest, TheReportJoinsLengthMovementAndPauses) {
  queues_.of_depth = {{.queue = kMailLow, .waiting = 100, .oldest_due = noon() - 90s}};
  queues_.of_flow = {{{Channel::sms, Priority::high}, EventType::sent, 1, 5, 15, 1500, {15}}};
  pauses_.hold({Channel::email, {}, ""});
  pauses_.hold({Channel::push, Priority::low, ""});
  const auto report = control_.report(tenant_);
  ASSERT_THAT(report.queues, SizeIs(3)) << "one that waits, one that moved, one that is held";
  EXPECT_EQ(report.queues[0].depth.queue, kMailLow);
  EXPECT_EQ(report.queues[0].oldest_age_s, 90);
  EXPECT_THAT(report.queues[0].pauses, SizeIs(1));
  EXPECT_EQ(report.queues[1].depth.queue.channel, Channel::sms);
  EXPECT_EQ(report.queues[1].succeeded, 15);
  EXPECT_THAT(report.queues[1].pauses, IsEmpty());
  EXPECT_EQ(report.queues[2].depth.queue.channel, Channel::push);
}

TEST_F(QueueControlTest, TheKeeperMovesWhatIsClosedAwayAndWhatIsOpenBack) {
  PauseKeeper keeper(queues_, gate_);
  queues_.of_standing = {{tenant_, kMailLow, true, false}, {tenant_, {Channel::sms, Priority::low}, true, true}};
  pauses_.hold({Channel::email, {}, ""});
  gate_.reload();
  queues_.to_move = 1500;
  EXPECT_TRUE(keeper.turn()) << "a whole batch was moved: there is more";
  EXPECT_THAT(queues_.parks, ElementsAre(kMailLow));
  EXPECT_THAT(queues_.unparks, ElementsAre(QueueName{Channel::sms, Priority::low}));
  queues_.to_move = 0;
  EXPECT_FALSE(keeper.turn());
}

TEST_F(QueueControlTest, TheKeeperLooksSeldomUnlessSomethingChanged) {
  PauseKeeper keeper(queues_, gate_);
  for (int i = 0; i < 40; ++i) keeper.turn();
  const int before = queues_.looks;
  EXPECT_LT(before, 10);
  keeper.changed();
  keeper.turn();
  EXPECT_EQ(queues_.looks, before + 1);
}

}  // namespace
}  // namespace belfry::test
