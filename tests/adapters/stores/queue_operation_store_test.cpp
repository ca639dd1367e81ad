// Bulk actions on the real tables: what they change, what they leave alone, and that a crash loses and repeats nothing.
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

const ClaimRoom kAll{{Priority::critical, 100}, {Priority::high, 100}, {Priority::medium, 100}, {Priority::low, 100}};

class QueueOperationTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    sql("TRUNCATE belfry.queue_operations, belfry.audit_log");
    tenant_ = newTenant();
  }

  QueueOperation operation(QueueAction action, QueueFilter filter = {}, std::optional<Priority> priority = {},
                           std::optional<std::int64_t> limit = {}) {
    QueueOperation made{};
    made.tenant = tenant_;
    made.id = QueueOperationId::mint(stores_->clock.now());
    made.wish = {action, std::move(filter), priority, limit};
    made.started_by = "key:ops";
    made.started_at = stores_->clock.now();
    return made;
  }

  AuditEntry line(const QueueOperation& of) {
    return {tenant_, AuditId::mint(of.started_at), of.started_at, "key:ops", "queue.x", of.id.toString(), {}, {}, "r"};
  }

  /// Starts it and takes steps until it is done.
  QueueOperation run(const QueueOperation& made) {
    EXPECT_FALSE(stores_->queue_operations.start(made, line(made)));
    while (stores_->queue_operations.step()) {
    }
    const auto ended = stores_->queue_operations.get(tenant_, made.id);
    EXPECT_TRUE(ended && ended->state == QueueOperationState::done);
    return ended.value_or(QueueOperation{});
  }

  static std::vector<ClaimedDelivery> claim() { return claimDue(*stores_, kAll, 60s, owner_); }

  /// Ends what waits as `state`, with code "timeout".
  static void end(DeliveryState state, const std::string& provider = "mail") {
    for (const auto& one : claim()) {
      Settlement settlement{one.tenant, one.id, one.attempt, state, {}, provider, {}, "timeout", "late", {}};
      settlement.events = {{EventType::sending, stores_->clock.now(), one.attempt, provider, ""},
                           {state == DeliveryState::failed ? EventType::failed : EventType::unknown,
                            stores_->clock.now(), one.attempt, provider, ""}};
      stores_->work.settle({&settlement, 1});
    }
  }

  std::string timeline(const NewNotification& of) {
    std::string types;
    const auto seen = delivery(of);
    for (const auto& event : seen.timeline) types += (types.empty() ? "" : " ") + std::string(toText(event.type));
    return types;
  }
  Delivery delivery(const NewNotification& of) { return stores_->notifications.get(tenant_, of.id)->deliveries.at(0); }

  TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

TEST_F(QueueOperationTest, WhatFailedIsQueuedAgainAndItsAttemptsGoOn) {
  const auto made = storedMail(tenant_, Priority::high);
  end(DeliveryState::failed);
  EXPECT_EQ(count("work"), 0);
  const auto done = run(operation(QueueAction::retry_failed, {}));
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.looked_at, 1) << "what failed is gone through once";
  EXPECT_EQ(delivery(made).state, DeliveryState::queued);
  EXPECT_EQ(delivery(made).error_code, "");
  EXPECT_EQ(timeline(made), "accepted queued sending failed queued");
  EXPECT_EQ(scalar("SELECT detail->>'by' || ' ' || (detail->>'after') || ' ' || (detail->>'code') FROM "
                   "belfry.delivery_events WHERE seq = 5"),
            "key:ops failed timeout");
  EXPECT_EQ(count("outbox WHERE type = 'queued' AND seq = 5"), 1);
  const auto again = claim();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].attempt, 2);
  EXPECT_EQ(again[0].priority, Priority::high);
  EXPECT_EQ(run(operation(QueueAction::retry_failed, {})).changed, 0) << "nothing has failed any more";
}

TEST_F(QueueOperationTest, WhatMayHaveBeenSentIsRepeatedOnlyWhenAskedFor) {
  const auto made = storedMail(tenant_);
  end(DeliveryState::unknown);
  EXPECT_EQ(run(operation(QueueAction::retry_failed, {.channel = Channel::email})).changed, 0);
  EXPECT_EQ(delivery(made).state, DeliveryState::unknown);
  EXPECT_EQ(run(operation(QueueAction::retry_failed, {.state = DeliveryState::unknown})).changed, 1);
  EXPECT_EQ(delivery(made).state, DeliveryState::queued);
}

TEST_F(QueueOperationTest, FiltersChooseByEachOfTheirFields) {
  const auto low = storedMail(tenant_, Priority::low);
  end(DeliveryState::failed, "one");
  const auto high = storedMail(tenant_, Priority::high);
  end(DeliveryState::failed, "two");
  store(mail(newTenant()));
  end(DeliveryState::failed, "one");
  const auto matched = [&](const QueueFilter& filter) {
    const auto survey =
        stores_->queue_operations.survey(tenant_, {QueueAction::retry_failed, filter, {}, {}}, stores_->clock.now());
    EXPECT_TRUE(survey.complete);
    EXPECT_EQ(survey.sample.size(), static_cast<std::size_t>(survey.matched));
    return survey.matched;
  };
  EXPECT_EQ(matched({}), 2);
  EXPECT_EQ(matched({.channel = Channel::sms}), 0);
  EXPECT_EQ(matched({.channel = Channel::email}), 2);
  EXPECT_EQ(matched({.priority = Priority::low}), 1);
  EXPECT_EQ(matched({.provider = "one"}), 1);
  EXPECT_EQ(matched({.error_code = "timeout"}), 2);
  EXPECT_EQ(matched({.error_code = "other"}), 0);
  EXPECT_EQ(matched({.state = DeliveryState::unknown}), 0);
  EXPECT_EQ(matched({.from = low.created_at - 1h, .to = high.created_at + 1h}), 2);
  EXPECT_EQ(matched({.from = high.created_at + 1h}), 0);
  EXPECT_EQ(matched({.to = low.created_at - 1h}), 0);
  EXPECT_EQ(matched({.batch = newUuidV7(low.created_at)}), 0);
  EXPECT_EQ(matched({.notifications = {high.id}}), 1);
  EXPECT_EQ(matched({.provider = "one", .notifications = {high.id}}), 0);
  EXPECT_EQ(count("work"), 0) << "a survey changes nothing";
  const auto limited =
      stores_->queue_operations.survey(tenant_, {QueueAction::retry_failed, {}, {}, 1}, stores_->clock.now());
  EXPECT_EQ(limited.matched, 1);
}

TEST_F(QueueOperationTest, WhatWaitsIsCalledOffAndWhatIsClaimedIsNot) {
  const auto one = storedMail(tenant_, Priority::low), claimed = storedMail(tenant_, Priority::high);
  auto later = mail(tenant_, Priority::low);
  later.scheduled_at = later.created_at + 1h;
  store(later);
  claimDue(*stores_, {{Priority::high, 1}}, 60s, owner_);
  const auto only = operation(QueueAction::delete_waiting, {.state = DeliveryState::scheduled});
  EXPECT_EQ(run(only).changed, 1);
  EXPECT_EQ(delivery(later).state, DeliveryState::cancelled);
  EXPECT_EQ(delivery(one).state, DeliveryState::queued);
  EXPECT_EQ(run(operation(QueueAction::delete_waiting)).changed, 1);
  EXPECT_EQ(timeline(one), "accepted queued cancelled");
  EXPECT_EQ(delivery(claimed).state, DeliveryState::sending);
  EXPECT_EQ(count("work"), 1);
  EXPECT_EQ(count("outbox WHERE type = 'cancelled'"), 2);
}

TEST_F(QueueOperationTest, APriorityChangesWithItsEventAndTheClaimSeesIt) {
  const auto one = storedMail(tenant_, Priority::low);
  storedMail(tenant_, Priority::high);
  const auto done = run(operation(QueueAction::change_priority, {.channel = Channel::email}, Priority::high));
  EXPECT_EQ(done.changed, 1) << "the other has it already";
  EXPECT_EQ(done.wish.priority, Priority::high);
  EXPECT_EQ(done.wish.filter.channel, Channel::email);
  EXPECT_EQ(timeline(one), "accepted queued priority_changed");
  EXPECT_EQ(scalar("SELECT (detail->>'before') || ' ' || (detail->>'value') FROM belfry.delivery_events WHERE type = "
                   "'priority_changed'"),
            "low high");
  EXPECT_THAT(claimDue(*stores_, {{Priority::high, 10}}, 60s, owner_), SizeIs(2));
}

TEST_F(QueueOperationTest, OneRunsInATenantAtATimeAndOthersAreNotHeldUp) {
  storedMail(tenant_);
  const auto first = operation(QueueAction::delete_waiting), second = operation(QueueAction::delete_waiting);
  EXPECT_FALSE(stores_->queue_operations.start(first, line(first)));
  EXPECT_EQ(stores_->queue_operations.start(second, line(second)), first.id);
  EXPECT_FALSE(stores_->queue_operations.get(tenant_, second.id));
  EXPECT_EQ(count("audit_log"), 1) << "none for the one that was refused";
  const auto other = newTenant();
  auto theirs = operation(QueueAction::delete_waiting);
  theirs.tenant = other;
  auto their_line = line(theirs);
  their_line.tenant = other;
  EXPECT_FALSE(stores_->queue_operations.start(theirs, their_line));
  EXPECT_FALSE(stores_->queue_operations.get(tenant_, theirs.id)) << "it is another tenant's";
  while (stores_->queue_operations.step()) {
  }
  EXPECT_FALSE(stores_->queue_operations.start(second, line(second))) << "the first is done";
  EXPECT_THAT(stores_->queue_operations.list(tenant_, {}, 10), SizeIs(2));
  EXPECT_THAT(stores_->queue_operations.list(tenant_, second.id, 10), SizeIs(1));
}

TEST_F(QueueOperationTest, ACrashedStepIsDoneByWhoeverComesNext) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 2500; ++i) group.push_back(mail(tenant_));
  stores_->intake.write(group, kNoClaims);
  const auto made = operation(QueueAction::delete_waiting);
  ASSERT_FALSE(stores_->queue_operations.start(made, line(made)));
  const auto first = stores_->queue_operations.step();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->changed, 1000);
  EXPECT_FALSE(first->finished);
  // The second step's host vanishes before its commit: the server ends its session.
  {
    auto lease = stores_->system_pool.acquire();
    Transaction transaction(*lease);
    EXPECT_EQ(transaction.run(pg::sql::queue_operation_take).size(), 1);
    EXPECT_FALSE(stores_->queue_operations.step()) << "whoever holds it works on it alone";
    database_->killConnections();
  }
  Stores other_host(*database_);
  EXPECT_EQ(other_host.queue_operations.get(tenant_, made.id)->changed, 1000);
  while (other_host.queue_operations.step()) {
  }
  const auto done = other_host.queue_operations.get(tenant_, made.id);
  EXPECT_EQ(done->state, QueueOperationState::done);
  EXPECT_EQ(done->changed, 2500);
  EXPECT_TRUE(done->finished_at);
  EXPECT_EQ(count("delivery_events WHERE type = 'cancelled'"), 2500) << "each exactly once";
  // The other connections of the pool were ended too: the next test may not be the first to notice.
  EXPECT_TRUE(waitUntil(10s, [&] {
    try {
      return stores_->queue_operations.get(tenant_, made.id).has_value();
    } catch (const StoreUnavailable&) {
      return false;
    }
  }));
}

TEST_F(QueueOperationTest, WorkersThatClaimMeanwhileGetADeliveryOrTheActionDoes) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 1000; ++i) group.push_back(mail(tenant_));
  stores_->intake.write(group, kNoClaims);
  const auto made = operation(QueueAction::delete_waiting);
  ASSERT_FALSE(stores_->queue_operations.start(made, line(made)));
  std::size_t claimed = 0;
  {
    std::jthread worker([&] {
      for (;;) {
        const auto claims = claimDue(*stores_, {{Priority::medium, 20}}, 60s, owner_);
        if (claims.empty()) return;
        claimed += claims.size();
      }
    });
    while (stores_->queue_operations.step()) {
    }
  }
  const auto changed = static_cast<std::size_t>(stores_->queue_operations.get(tenant_, made.id)->changed);
  EXPECT_EQ(count("deliveries WHERE status = 'cancelled'"), static_cast<long>(changed));
  EXPECT_EQ(count("work WHERE state = 'sending'"), static_cast<long>(claimed));
  EXPECT_EQ(count("work") + static_cast<long>(changed), 1000);
}

TEST_F(QueueOperationTest, WhatAWorkerGivesBackMeanwhileIsFoundInTheNextPassAndWhatCameLaterIsNot) {
  const auto given_back = storedMail(tenant_);
  const auto claimed = claim();
  storedMail(tenant_);
  const auto made = operation(QueueAction::delete_waiting);
  // Ids are of milliseconds.
  ASSERT_TRUE(waitUntil(10s, [&] { return stores_->clock.now() > made.started_at + 2ms; }));
  const auto later = storedMail(tenant_);
  ASSERT_FALSE(stores_->queue_operations.start(made, line(made)));
  const auto first = stores_->queue_operations.step();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->changed, 1);
  EXPECT_FALSE(first->finished) << "something was changed: there is another pass";
  stores_->work.release(claimed, owner_);
  while (stores_->queue_operations.step()) {
  }
  EXPECT_EQ(stores_->queue_operations.get(tenant_, made.id)->changed, 2);
  EXPECT_EQ(delivery(given_back).state, DeliveryState::cancelled);
  EXPECT_EQ(delivery(later).state, DeliveryState::queued) << "it was accepted after the action began";
}

TEST_F(QueueOperationTest, AtMostTheLimitIsChanged) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 1500; ++i) group.push_back(mail(tenant_));
  stores_->intake.write(group, kNoClaims);
  const auto done = run(operation(QueueAction::delete_waiting, {}, {}, 1200));
  EXPECT_EQ(done.changed, 1200);
  EXPECT_EQ(count("work"), 300);
}

TEST_F(QueueOperationTest, WhatTheDatabaseRefusesAgainAndAgainFailsAndSaysSo) {
  storedMail(tenant_);
  const auto made = operation(QueueAction::delete_waiting);
  ASSERT_FALSE(stores_->queue_operations.start(made, line(made)));
  sql("ALTER TABLE belfry.outbox ADD CONSTRAINT in_the_way CHECK (type <> 'cancelled') NOT VALID");
  for (int i = 0; i < 5; ++i) EXPECT_THROW(stores_->queue_operations.step(), StoreRejected);
  sql("ALTER TABLE belfry.outbox DROP CONSTRAINT in_the_way");
  EXPECT_FALSE(stores_->queue_operations.step()) << "it runs no more";
  const auto failed = stores_->queue_operations.get(tenant_, made.id);
  EXPECT_EQ(failed->state, QueueOperationState::failed);
  EXPECT_THAT(failed->reason, ::testing::HasSubstr("23514"));
  EXPECT_EQ(count("work"), 1) << "nothing half done";
}

}  // namespace
}  // namespace belfry::pg::test
