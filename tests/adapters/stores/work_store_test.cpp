#include <barrier>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

const ClaimRoom kAll{{Priority::critical, 100}, {Priority::high, 100}, {Priority::medium, 100}, {Priority::low, 100}};

class WorkStoreTest : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }

  static std::vector<ClaimedDelivery> claim(const ClaimRoom& room = kAll, Duration lease = 60s) {
    return claimDue(*stores_, room, lease, owner_);
  }

  static ClaimedDelivery claimOne() {
    auto claims = claim();
    EXPECT_THAT(claims, SizeIs(1));
    return claims.at(0);
  }

  static DeliveryEvent event(EventType type, const ClaimedDelivery& of) {
    return {type, stores_->clock.now(), of.attempt, "mail", R"({"code":"x"})"};
  }

  static Settlement sent(const ClaimedDelivery& of) {
    Settlement settlement{of.tenant, of.id, of.attempt, DeliveryState::sent, {}, "mail", "provider-id", {}, {}, {}};
    settlement.events = {event(EventType::sending, of), event(EventType::sent, of)};
    return settlement;
  }

  static Settlement retry(const ClaimedDelivery& of, Duration delay = 0s) {
    Settlement settlement{
        of.tenant,   of.id, of.attempt, DeliveryState::deferred, stores_->clock.now() + delay, "mail", {},
        "throttled", "421", {}};
    settlement.events = {event(EventType::sending, of), event(EventType::retry, of)};
    return settlement;
  }

  static std::vector<DeliveryId> settle(const Settlement& one) { return stores_->work.settle({&one, 1}).ended; }

  static void expireLeases() {
    sql("UPDATE belfry.work SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
  }

  static std::vector<RescuedDelivery> rescue(LeasePolicy policy, int attempts, int limit = 100) {
    return stores_->work.rescue(
        [=](TenantId, Channel channel) {
          return RescuePolicy{policy, attempts, "lease_expired." + std::string(toText(channel)), false};
        },
        limit);
  }

  /// seq and type of a delivery's events in the timeline, and of those in the outbox, which has no `sending`.
  static std::string timeline(DeliveryId id) {
    return scalar(
        "SELECT string_agg(seq || ' ' || type, ', ' ORDER BY seq) FROM belfry.delivery_events WHERE delivery_id = " +
        quoted(id.toString()));
  }
  static std::string outbox(DeliveryId id) {
    return scalar("SELECT string_agg(seq || ' ' || type, ', ' ORDER BY seq) FROM belfry.outbox WHERE delivery_id = " +
                  quoted(id.toString()));
  }
  static std::string status(DeliveryId id) {
    return scalar("SELECT status FROM belfry.deliveries WHERE id = " + quoted(id.toString()));
  }

  static inline TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

TEST_F(WorkStoreTest, EightWorkersNeverClaimOneDelivery) {
  constexpr int kWorkers = 8, kDeliveries = 400;
  std::vector<NewNotification> group;
  for (int i = 0; i < kDeliveries; ++i)
    group.push_back(mail(tenant_, allPriorities()[static_cast<std::size_t>(i) % 4]));
  stores_->intake.write(group, kNoClaims);
  std::mutex mutex;
  std::multiset<Uuid> claimed;
  std::barrier together(kWorkers);
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < kWorkers; ++i)
      workers.emplace_back([&] {
        auto me = newUuidV7(stores_->clock.now());
        together.arrive_and_wait();
        for (;;) {
          auto claims = claimDue(
              *stores_, {{Priority::critical, 4}, {Priority::high, 3}, {Priority::medium, 2}, {Priority::low, 1}}, 60s,
              me);
          std::lock_guard lock(mutex);
          for (const auto& claim : claims) claimed.insert(claim.id.value);
          if (claimed.size() >= kDeliveries) return;
        }
      });
  }
  EXPECT_EQ(claimed.size(), static_cast<std::size_t>(kDeliveries));
  EXPECT_EQ(std::set<Uuid>(claimed.begin(), claimed.end()).size(), claimed.size());
  EXPECT_EQ(count("work WHERE state = 'sending' AND attempt = 1 AND owner IS NOT NULL AND lease_until > now()"),
            kDeliveries);
}

TEST_F(WorkStoreTest, ClaimsByPriorityThenDueTimeWithinTheRoom) {
  std::map<Priority, std::vector<NewNotification>> made;
  for (int i = 0; i < 3; ++i)
    for (auto priority : {Priority::low, Priority::critical, Priority::medium})
      made[priority].push_back(storedMail(tenant_, priority));
  auto claims = claim({{Priority::critical, 2}, {Priority::high, 5}, {Priority::medium, 1}, {Priority::low, 0}});
  std::vector<DeliveryId> ids;
  for (const auto& one : claims) ids.push_back(one.id);
  EXPECT_THAT(ids,
              ElementsAre(made[Priority::critical][0].deliveries[0].id, made[Priority::critical][1].deliveries[0].id,
                          made[Priority::medium][0].deliveries[0].id));
  EXPECT_THAT(claim(), SizeIs(6));
}

TEST_F(WorkStoreTest, AClaimSaysEverythingAndIsLeasedByTheDatabasesClock) {
  auto made = storedMail(tenant_, Priority::high);
  auto claimed = claimOne();
  EXPECT_EQ(claimed.tenant, tenant_);
  EXPECT_EQ(claimed.notification, made.id);
  EXPECT_EQ(claimed.channel, Channel::email);
  EXPECT_EQ(claimed.priority, Priority::high);
  EXPECT_EQ(claimed.attempt, 1);
  EXPECT_LE(claimed.due_at, made.created_at);
  EXPECT_EQ(count("work WHERE lease_until BETWEEN now() + interval '50 seconds' AND now() + interval '60 seconds' AND "
                  "owner = " +
                  quoted(owner_.toString())),
            1);
}

TEST_F(WorkStoreTest, WhatIsNotDueIsNotClaimed) {
  auto later = mail(tenant_);
  later.scheduled_at = later.created_at + 1h;
  store(later);
  EXPECT_THAT(claim(), IsEmpty());
  sql("UPDATE belfry.work SET due_at = now()");
  EXPECT_THAT(claim(), SizeIs(1));
}

TEST_F(WorkStoreTest, AClaimBringsItsNotification) {
  auto other = newTenant();
  std::vector<NewNotification> made;
  for (int i = 0; i < 6; ++i) {
    made.push_back(mail(i % 2 ? tenant_ : other));
    made.back().request.recipient.name = "Number " + std::to_string(i);
  }
  made[0].deliveries.push_back({DeliveryId::mint(stores_->clock.now()), Channel::sms});
  made[0].expires_at = made[0].created_at + 1h;
  stores_->intake.write(made, kNoClaims);
  const auto claims = claimWork(*stores_, kAll, 60s, owner_);
  ASSERT_THAT(claims, SizeIs(7));
  for (const auto& work : claims) {
    const auto& notification = work.notification;
    auto wanted =
        std::find_if(made.begin(), made.end(), [&](const auto& n) { return n.id == work.claim.notification; });
    ASSERT_EQ(work.content, ClaimedWork::Content::loaded);
    EXPECT_EQ(notification.request.recipient.name, wanted->request.recipient.name);
    EXPECT_EQ(notification.created_at, wanted->created_at);
    EXPECT_EQ(notification.expires_at, wanted->expires_at);
  }
}

TEST_F(WorkStoreTest, WhatIsLostIsClaimedAsUnreadable) {
  storedMail(tenant_);
  auto gone = storedMail(tenant_);
  sql("DELETE FROM belfry.notifications WHERE id = " + quoted(gone.id.toString()));
  const auto claims = claimWork(*stores_, kAll, 60s, owner_);
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_EQ(claims[0].content, ClaimedWork::Content::loaded);
  EXPECT_EQ(claims[1].content, ClaimedWork::Content::unreadable);
}

TEST_F(WorkStoreTest, AHintClaimsWhatStillWaitsAndNothingElse) {
  auto waits = storedMail(tenant_), gone = storedMail(tenant_);
  auto later = mail(tenant_);
  later.scheduled_at = later.created_at + 1h;
  store(later);
  auto hint = [](const NewNotification& of, TenantId tenant) {
    return ReadyDelivery{{of.priority, tenant, Channel::email}, of.deliveries[0].id};
  };
  stores_->notifications.cancel(tenant_, gone.id, "key:orders");
  const ClaimTerms terms{owner_, 60s};
  std::vector<ReadyDelivery> hints{hint(waits, tenant_), hint(waits, tenant_), hint(gone, tenant_),
                                   hint(later, tenant_), hint(mail(tenant_), tenant_)};
  EXPECT_THAT(stores_->work.claim(std::vector{hint(waits, newTenant())}, terms), IsEmpty()) << "another tenant's";
  const auto claims = stores_->work.claim(hints, terms);
  ASSERT_THAT(claims, SizeIs(1)) << "doubled, cancelled, not due, and never stored";
  EXPECT_EQ(claims[0].claim.id, waits.deliveries[0].id);
  EXPECT_EQ(claims[0].notification.request.recipient.email, "ada@example.test");
  EXPECT_THAT(stores_->work.claim(hints, terms), IsEmpty()) << "held";
  EXPECT_THAT(stores_->work.claim({}, terms), IsEmpty());
}

/// Claims are planned once a session, and a fresh host begins with empty tables.
TEST_F(WorkStoreTest, AClaimPlannedOnEmptyTablesGoesByIndex) {
  const auto settings = claimPool(*database_);
  Connection connection({.url = settings.url, .role = settings.role, .plan_once = settings.plan_once}, silentLog());
  const auto planOf = [&](const Statement& statement, const Params& params, const std::string& values) {
    connection.run(statement, params);
    const auto named =
        "SELECT name FROM pg_prepared_statements WHERE name LIKE '" + std::string(statement.name) + "#%'";
    const auto prepared = connection.runText(named.c_str());
    const auto sql = "EXPLAIN EXECUTE \"" + std::string(prepared[0].text(0)) + "\"" + values;
    std::string lines;
    for (auto row : connection.runText(sql.c_str())) lines += std::string(row.text(0)) + "\n";
    return lines;
  };
  sql("TRUNCATE belfry.work");
  sql("ANALYZE belfry.work");
  Params hinted;
  hinted.addUuids(std::vector<Uuid>{});
  hinted.addUuids(std::vector<Uuid>{});
  hinted.add(std::int32_t{1000});
  hinted.add(owner_);
  const auto by_hint = planOf(sql::work_claim, hinted, "('{}', '{}', 1000, NULL)");
  EXPECT_THAT(by_hint, ::testing::HasSubstr("work_pkey"));
  EXPECT_THAT(by_hint, ::testing::Not(::testing::HasSubstr("Seq Scan")));
  Params lanes;
  lanes.addInt2s(std::vector<std::int16_t>{});
  lanes.addUuids(std::vector<Uuid>{});
  lanes.addTexts(std::vector<std::string_view>{});
  lanes.addInt4s(std::vector<std::int32_t>{});
  lanes.add(std::int32_t{1000});
  lanes.add(owner_);
  const auto by_lane = planOf(sql::work_claim_lanes, lanes, "('{}', '{}', '{}', '{}', 1000, NULL)");
  EXPECT_THAT(by_lane, ::testing::HasSubstr("work_ready"));
  EXPECT_THAT(by_lane, ::testing::Not(::testing::HasSubstr("Seq Scan")));
}

TEST_F(WorkStoreTest, StoredAsClaimedItIsAnAttemptOfItsOwner) {
  auto made = mail(tenant_, Priority::high);
  made.deliveries[0].claimed = true;
  made.deliveries.push_back({DeliveryId::mint(stores_->clock.now()), Channel::sms});
  stores_->intake.write({&made, 1}, {owner_, 60s});
  EXPECT_THAT(
      sql("SELECT channel, state, attempt, seq, owner, lease_until BETWEEN now() + interval '50 seconds' AND now() + "
          "interval '60 seconds' FROM belfry.work ORDER BY channel"),
      ElementsAre(ElementsAre("email", "sending", "1", "2", owner_.toString(), "t"),
                  ElementsAre("sms", "queued", "0", "2", "NULL", "NULL")));
  const auto claims = claim();
  ASSERT_THAT(claims, SizeIs(1)) << "the other one is held";
  EXPECT_EQ(claims[0].channel, Channel::sms);
  ClaimedDelivery first{tenant_, made.deliveries[0].id, made.id, Channel::email, Priority::high, 1, made.created_at};
  EXPECT_THAT(settle(sent(first)), ElementsAre(first.id));
  EXPECT_EQ(timeline(first.id), "1 accepted, 2 queued, 3 sending, 4 sent");
}

TEST_F(WorkStoreTest, StoredAsClaimedAndNeverBegunItIsRescued) {
  auto made = mail(tenant_);
  made.deliveries[0].claimed = true;
  stores_->intake.write({&made, 1}, {owner_, 60s});
  expireLeases();
  ASSERT_THAT(rescue(LeasePolicy::resend, 3), SizeIs(1));
  EXPECT_EQ(claimOne().attempt, 2);
}

TEST_F(WorkStoreTest, SettleEndsTheDeliveryWithItsEvents) {
  storedMail(tenant_);
  auto claimed = claimOne();
  EXPECT_THAT(settle(sent(claimed)), ElementsAre(claimed.id));
  EXPECT_EQ(count("work"), 0);
  EXPECT_THAT(sql("SELECT status, attempt, provider, provider_message_id, error_code FROM belfry.deliveries"),
              ElementsAre(ElementsAre("sent", "1", "mail", "provider-id", "NULL")));
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued, 3 sending, 4 sent");
  EXPECT_EQ(outbox(claimed.id), "2 queued, 4 sent");
  EXPECT_EQ(scalar("SELECT detail ->> 'code' FROM belfry.delivery_events WHERE seq = 4"), "x");
}

TEST_F(WorkStoreTest, ARetryGoesBackUntilItsTime) {
  storedMail(tenant_);
  auto first = claimOne();
  auto again = retry(first, 1h);
  EXPECT_THAT(settle(again), ElementsAre(first.id));
  EXPECT_EQ(status(first.id), "deferred");
  EXPECT_THAT(sql("SELECT state, attempt, seq, lease_until, owner FROM belfry.work"),
              ElementsAre(ElementsAre("deferred", "1", "4", "NULL", "NULL")));
  EXPECT_GT(stores_->ready.untilNextDue(), 59min);
  EXPECT_THAT(claim(), IsEmpty());
}

TEST_F(WorkStoreTest, ARetryWhoseAnswerWasLostIsSettledOnce) {
  storedMail(tenant_);
  auto first = claimOne();
  auto again = retry(first);
  EXPECT_THAT(settle(again), ElementsAre(first.id));
  EXPECT_THAT(settle(again), IsEmpty());
  EXPECT_EQ(timeline(first.id), "1 accepted, 2 queued, 3 sending, 4 retry");
}

TEST_F(WorkStoreTest, ARetryWaitsByTheDatabasesClock) {
  storedMail(tenant_);
  auto again = retry(claimOne(), 10min);
  again.due_at = *again.due_at + 5h;  // of a host whose clock is five hours ahead
  for (auto& event : again.events) event.at += 5h;
  settle(again);
  EXPECT_LT(std::chrono::abs(*stores_->ready.untilNextDue() - 10min), 1min);
}

TEST_F(WorkStoreTest, EventsAreNumberedWithoutGapsOverManyAttempts) {
  storedMail(tenant_);
  auto claimed = claimOne();
  auto id = claimed.id;
  for (int attempt = 1; attempt < 4; ++attempt) {
    EXPECT_EQ(claimed.attempt, attempt);
    settle(retry(claimed));
    claimed = claimOne();
  }
  settle(sent(claimed));
  EXPECT_EQ(timeline(id),
            "1 accepted, 2 queued, 3 sending, 4 retry, 5 sending, 6 retry, 7 sending, 8 retry, 9 sending, 10 sent");
  EXPECT_EQ(outbox(id), "2 queued, 4 retry, 6 retry, 8 retry, 10 sent");
}

TEST_F(WorkStoreTest, OnlyTheAttemptThatClaimedMaySettle) {
  storedMail(tenant_);
  auto first = claimOne();
  settle(retry(first));
  auto second = claimOne();
  EXPECT_EQ(second.attempt, 2);
  EXPECT_THAT(settle(sent(first)), IsEmpty()) << "attempt 1 reports late";
  EXPECT_EQ(status(first.id), "deferred");
  EXPECT_EQ(count("work WHERE state = 'sending' AND attempt = 2"), 1);
  EXPECT_EQ(timeline(first.id), "1 accepted, 2 queued, 3 sending, 4 retry");
  EXPECT_THAT(settle(sent(second)), ElementsAre(second.id));
  EXPECT_THAT(settle(sent(second)), IsEmpty()) << "twice";
  EXPECT_EQ(timeline(first.id), "1 accepted, 2 queued, 3 sending, 4 retry, 5 sending, 6 sent");
}

TEST_F(WorkStoreTest, AGroupSettlesWhatIsHeldAndLeavesTheRest) {
  for (int i = 0; i < 3; ++i) storedMail(tenant_);
  auto claims = claim();
  auto stale = sent(claims[1]);
  stale.attempt = 7;
  auto foreign = sent(claims[2]);
  foreign.tenant = newTenant();
  std::vector<Settlement> group{sent(claims[0]), stale, foreign};
  EXPECT_THAT(stores_->work.settle(group).ended, ElementsAre(claims[0].id));
  EXPECT_EQ(count("work"), 2);
  EXPECT_EQ(count("delivery_events"), 8);
  EXPECT_THAT(stores_->work.settle({}).ended, IsEmpty());
}

TEST_F(WorkStoreTest, ARefusedSettlementChangesNothing) {
  storedMail(tenant_);
  auto claimed = claimOne();
  auto bad = sent(claimed);
  bad.events[1].detail_json = "{not json";
  EXPECT_THROW(settle(bad), StoreRejected);
  EXPECT_EQ(count("work WHERE state = 'sending'"), 1);
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued");
  EXPECT_THAT(settle(sent(claimed)), SizeIs(1));
}

TEST_F(WorkStoreTest, ReleaseGivesTheAttemptBack) {
  storedMail(tenant_);
  auto first = claimOne();
  stores_->work.release({&first, 1}, owner_);
  EXPECT_THAT(sql("SELECT state, attempt, seq, lease_until, owner FROM belfry.work"),
              ElementsAre(ElementsAre("queued", "0", "2", "NULL", "NULL")));
  auto again = claimOne();
  EXPECT_EQ(again.attempt, 1);
  settle(retry(again));
  auto second = claimOne();
  stores_->work.release({&second, 1}, owner_);
  EXPECT_THAT(sql("SELECT state, attempt FROM belfry.work"), ElementsAre(ElementsAre("queued", "1")));
}

TEST_F(WorkStoreTest, OnlyTheOwnerReleases) {
  storedMail(tenant_);
  auto claimed = claimOne();
  stores_->work.release({&claimed, 1}, newUuidV7(stores_->clock.now()));
  auto other_attempt = claimed;
  other_attempt.attempt = 2;
  stores_->work.release({&other_attempt, 1}, owner_);
  EXPECT_EQ(count("work WHERE state = 'sending' AND attempt = 1"), 1);
}

TEST_F(WorkStoreTest, AnExpiredLeaseIsSentAgainWhereThePolicySaysSo) {
  storedMail(tenant_);
  auto claimed = claimOne();
  EXPECT_THAT(rescue(LeasePolicy::resend, 3), IsEmpty()) << "its lease runs";
  expireLeases();
  auto rescued = rescue(LeasePolicy::resend, 3);
  ASSERT_THAT(rescued, SizeIs(1));
  EXPECT_TRUE(rescued[0].again);
  EXPECT_EQ(rescued[0].delivery, claimed.id);
  EXPECT_EQ(rescued[0].attempt, 1);
  EXPECT_EQ(status(claimed.id), "deferred");
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued, 3 lease_expired");
  EXPECT_EQ(outbox(claimed.id), "2 queued, 3 lease_expired");
  EXPECT_EQ(scalar("SELECT detail::text FROM belfry.delivery_events WHERE seq = 3"),
            R"({"rule": "lease_expired.email", "value": "resend"})");
  auto again = claimOne();
  EXPECT_EQ(again.attempt, 2);
  settle(sent(again));
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued, 3 lease_expired, 4 sending, 5 sent");
}

TEST_F(WorkStoreTest, AnExpiredLeaseIsHeldWhereThePolicySaysSo) {
  storedMail(tenant_);
  auto claimed = claimOne();
  expireLeases();
  auto rescued = rescue(LeasePolicy::hold, 3);
  ASSERT_THAT(rescued, SizeIs(1));
  EXPECT_FALSE(rescued[0].again);
  EXPECT_EQ(count("work"), 0);
  EXPECT_EQ(status(claimed.id), "unknown");
  EXPECT_EQ(scalar("SELECT error_code FROM belfry.deliveries"), "lease_expired");
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued, 3 lease_expired, 4 unknown");
  EXPECT_EQ(outbox(claimed.id), "2 queued, 3 lease_expired, 4 unknown");
  EXPECT_THAT(settle(retry(claimed)), IsEmpty()) << "a worker that comes back does not begin it again";
  EXPECT_THAT(settle(sent(claimed)), ElementsAre(claimed.id)) << "but what it knows is known";
  EXPECT_THAT(sql("SELECT status, provider, provider_message_id, error_code FROM belfry.deliveries"),
              ElementsAre(ElementsAre("sent", "mail", "provider-id", "NULL")));
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued, 3 lease_expired, 4 unknown, 5 sending, 6 sent");
  EXPECT_EQ(outbox(claimed.id), "2 queued, 3 lease_expired, 4 unknown, 5 sending, 6 sent");
  EXPECT_EQ(count("provider_message_ids"), 1);
  EXPECT_THAT(settle(sent(claimed)), IsEmpty()) << "twice";
}

TEST_F(WorkStoreTest, AnExpiredLeaseIsHeldWhenTheAttemptsAreUsedUp) {
  storedMail(tenant_);
  settle(retry(claimOne()));
  auto second = claimOne();
  expireLeases();
  auto rescued = rescue(LeasePolicy::resend, 2);
  ASSERT_THAT(rescued, SizeIs(1));
  EXPECT_FALSE(rescued[0].again);
  EXPECT_EQ(status(second.id), "unknown");
}

TEST_F(WorkStoreTest, ALateReportBeforeTheNextClaimStillCounts) {
  storedMail(tenant_);
  auto claimed = claimOne();
  expireLeases();
  rescue(LeasePolicy::resend, 3);
  EXPECT_THAT(settle(sent(claimed)), ElementsAre(claimed.id))
      << "nobody has claimed it again, so its outcome is known after all";
  EXPECT_EQ(count("work"), 0);
  EXPECT_EQ(timeline(claimed.id), "1 accepted, 2 queued, 3 lease_expired, 4 sending, 5 sent");
}

TEST_F(WorkStoreTest, ConcurrentRescuersTreatEachLeaseOnce) {
  for (int i = 0; i < 60; ++i) storedMail(tenant_);
  claim();
  expireLeases();
  std::barrier together(4);
  std::mutex mutex;
  std::multiset<Uuid> seen;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        together.arrive_and_wait();
        for (const auto& one : rescue(LeasePolicy::resend, 3)) {
          std::lock_guard lock(mutex);
          seen.insert(one.delivery.value);
        }
      });
  }
  EXPECT_EQ(seen.size(), 60u);
  EXPECT_EQ(std::set<Uuid>(seen.begin(), seen.end()).size(), 60u);
  EXPECT_EQ(count("delivery_events WHERE type = 'lease_expired'"), 60);
}

TEST_F(WorkStoreTest, RescueTreatsAtMostAsManyAsItIsAskedTo) {
  for (int i = 0; i < 5; ++i) storedMail(tenant_);
  claim();
  expireLeases();
  EXPECT_THAT(rescue(LeasePolicy::resend, 3, 2), SizeIs(2));
  EXPECT_THAT(rescue(LeasePolicy::resend, 3, 10), SizeIs(3));
}

TEST_F(WorkStoreTest, CancelCallsOffOnlyWhatNobodyHolds) {
  auto made = mail(tenant_);
  made.deliveries.push_back({DeliveryId::mint(stores_->clock.now()), Channel::sms});
  store(made);
  sql("UPDATE belfry.work SET state = 'scheduled', due_at = now() + interval '1 hour' WHERE channel = 'sms'");
  auto held = claimOne();
  EXPECT_THAT(stores_->notifications.cancel(newTenant(), made.id, "key:other"), IsEmpty()) << "another tenant's";
  EXPECT_THAT(stores_->notifications.cancel(tenant_, made.id, "key:orders"), ElementsAre(made.deliveries[1].id));
  EXPECT_THAT(stores_->notifications.cancel(tenant_, made.id, "key:orders"), IsEmpty()) << "twice";
  EXPECT_EQ(status(made.deliveries[1].id), "cancelled");
  EXPECT_EQ(timeline(made.deliveries[1].id), "1 accepted, 2 queued, 3 cancelled");
  EXPECT_EQ(outbox(made.deliveries[1].id), "2 queued, 3 cancelled");
  EXPECT_EQ(scalar("SELECT detail ->> 'by' FROM belfry.delivery_events WHERE type = 'cancelled'"), "key:orders");
  EXPECT_THAT(settle(sent(held)), SizeIs(1));
  EXPECT_EQ(status(held.id), "sent");
}

TEST_F(WorkStoreTest, OfCancelAndClaimExactlyOneWins) {
  for (int round = 0; round < 30; ++round) {
    auto made = storedMail(tenant_);
    std::barrier together(2);
    std::vector<ClaimedDelivery> claims;
    std::vector<DeliveryId> cancelled;
    {
      std::jthread worker([&] {
        together.arrive_and_wait();
        claims = claim();
      });
      together.arrive_and_wait();
      cancelled = stores_->notifications.cancel(tenant_, made.id, "key:orders");
    }
    EXPECT_EQ(claims.size() + cancelled.size(), 1u);
    if (!claims.empty()) settle(sent(claims[0]));
  }
  EXPECT_EQ(count("work"), 0);
}

}  // namespace
}  // namespace belfry::pg::test
