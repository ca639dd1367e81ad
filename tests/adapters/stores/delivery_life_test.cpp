// The state machine where it counts: in the tables, over every pair of states and every statement that moves a
// delivery.
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

using ::testing::HasSubstr;

const ClaimRoom kAll{{Priority::critical, 100}, {Priority::high, 100}, {Priority::medium, 100}, {Priority::low, 100}};

class DeliveryLife : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }
  /// Whatever was done: a delivery has a row in work exactly while it lives.
  void TearDown() override {
    EXPECT_EQ(count("deliveries d WHERE belfry.state_is_live(d.status) <> EXISTS (SELECT FROM belfry.work w WHERE "
                    "w.tenant_id = d.tenant_id AND w.delivery_id = d.id)"),
              0);
  }

  static ClaimedDelivery claimOne() {
    auto claims = claimDue(*stores_, kAll, 60s, owner_);
    EXPECT_THAT(claims, SizeIs(1));
    return claims.at(0);
  }
  static void expireLeases() {
    sql("UPDATE belfry.work SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
  }
  static ClaimedDelivery lost() {
    storedMail(tenant_);
    auto claim = claimOne();
    expireLeases();
    return claim;
  }
  static std::vector<RescuedDelivery> rescue(const RescuePolicy& policy) {
    return stores_->work.rescue([&](TenantId, Channel) { return policy; }, 100);
  }
  static Settlement ending(const ClaimedDelivery& of, DeliveryState state, EventType type) {
    Settlement settlement{of.tenant, of.id, of.attempt, state, {}, "mail", {}, "code", "detail", {}};
    settlement.events = {{EventType::sending, stores_->clock.now(), of.attempt, "mail", {}},
                         {type, stores_->clock.now(), of.attempt, "mail", {}}};
    return settlement;
  }
  static bool settle(const Settlement& one) { return stores_->work.settle({&one, 1}).ended.size() == 1; }
  static std::string status(DeliveryId id) {
    return scalar("SELECT status FROM belfry.deliveries WHERE id = " + quoted(id.toString()));
  }
  static std::string timeline(DeliveryId id) {
    return scalar("SELECT string_agg(type, ' ' ORDER BY seq) FROM belfry.delivery_events WHERE delivery_id = " +
                  quoted(id.toString()));
  }
  static std::string lastDetail(DeliveryId id, const std::string& member) {
    return scalar("SELECT detail ->> " + quoted(member) + " FROM belfry.delivery_events WHERE delivery_id = " +
                  quoted(id.toString()) + " ORDER BY seq DESC LIMIT 1");
  }
  static DueLookUp takeOne() {
    auto taken = stores_->look_ups.take(10, 60s);
    EXPECT_THAT(taken, SizeIs(1));
    return taken.at(0);
  }

  static inline TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

/// What the row does not show of the way: claimed, it was `sending`.
bool mayBecome(DeliveryState stored, DeliveryState next) {
  constexpr auto sending = DeliveryState::sending;
  return mayTransition(stored, next) || (mayTransition(stored, sending) && mayTransition(sending, next));
}

TEST_F(DeliveryLife, TheTableRefusesEveryChangeThatTheStateMachineDoesNotHave) {
  for (auto from : allDeliveryStates())
    for (auto to : allDeliveryStates()) {
      const auto id = DeliveryId::mint(stores_->clock.now());
      const auto quoted_id = quoted(id.toString());
      sql("INSERT INTO belfry.deliveries (tenant_id, id, notification_id, channel, status, created_at, updated_at) "
          "VALUES (" +
          quoted(tenant_.toString()) + ", " + quoted_id + ", " + quoted_id + ", 'email', " +
          quoted(std::string(toText(from))) + ", now(), now())");
      std::string refusal;
      try {
        sql("UPDATE belfry.deliveries SET status = " + quoted(std::string(toText(to))) + " WHERE id = " + quoted_id);
      } catch (const std::runtime_error& error) {
        refusal = error.what();
      }
      const bool allowed = from == to || mayBecome(from, to);
      EXPECT_EQ(refusal.empty(), allowed) << toText(from) << " to " << toText(to) << ": " << refusal;
      if (!allowed) {
        EXPECT_THAT(refusal,
                    HasSubstr("is " + std::string(toText(from)) + " and cannot become " + std::string(toText(to))));
      }
      EXPECT_EQ(status(id), toText(allowed ? to : from));
    }
  clearDeliveries();
}

TEST_F(DeliveryLife, TheGuardHoldsInEveryPartitionAlsoInThoseToCome) {
  EXPECT_EQ(
      scalar("SELECT count(*) FROM pg_inherits i WHERE i.inhparent = 'belfry.deliveries'::regclass AND NOT EXISTS "
             "(SELECT FROM pg_trigger t WHERE t.tgrelid = i.inhrelid AND t.tgname = 'deliveries_state_machine')"),
      "0");
  sql("SELECT belfry.ensure_partitions(7)");
  EXPECT_EQ(
      scalar("SELECT count(*) FROM pg_inherits i WHERE i.inhparent = 'belfry.deliveries'::regclass AND NOT EXISTS "
             "(SELECT FROM pg_trigger t WHERE t.tgrelid = i.inhrelid AND t.tgname = 'deliveries_state_machine')"),
      "0");
}

TEST_F(DeliveryLife, ARefusedChangeLeavesTheSettlementUndone) {
  storedMail(tenant_);
  auto claim = claimOne();
  EXPECT_THROW(settle(ending(claim, DeliveryState::pending, EventType::failed)), StoreRejected);
  EXPECT_EQ(status(claim.id), "queued");
  EXPECT_TRUE(settle(ending(claim, DeliveryState::failed, EventType::failed)));
}

TEST_F(DeliveryLife, EveryEndOfAnAttemptLeavesNoWork) {
  for (auto [state, type] :
       {std::pair(DeliveryState::sent, EventType::sent), std::pair(DeliveryState::delivered, EventType::delivered),
        std::pair(DeliveryState::bounced, EventType::bounced), std::pair(DeliveryState::failed, EventType::failed),
        std::pair(DeliveryState::skipped, EventType::skipped), std::pair(DeliveryState::expired, EventType::expired),
        std::pair(DeliveryState::unknown, EventType::unknown)}) {
    storedMail(tenant_);
    auto claim = claimOne();
    EXPECT_TRUE(settle(ending(claim, state, type)));
    EXPECT_EQ(status(claim.id), toText(state));
  }
  EXPECT_EQ(count("work"), 0);
}

// ---- expiry

TEST_F(DeliveryLife, WhatWaitsPastItsExpiryEndsWithoutAWorker) {
  auto made = mail(tenant_);
  made.expires_at = made.created_at + 1h;
  made.scheduled_at = made.created_at + 30min;
  store(made);
  const auto id = made.deliveries[0].id;
  storedMail(tenant_);
  EXPECT_EQ(stores_->work.expire(10), 0) << "its time has not come, and the other has none";
  sql("UPDATE belfry.work SET expires_at = now() WHERE expires_at IS NOT NULL");
  EXPECT_EQ(stores_->work.expire(10), 1);
  EXPECT_EQ(status(id), "expired");
  EXPECT_EQ(timeline(id), "accepted scheduled expired");
  EXPECT_EQ(lastDetail(id, "rule"), "expires_at");
  EXPECT_EQ(count("outbox WHERE type = 'expired'"), 1);
  EXPECT_EQ(stores_->work.expire(10), 0);
  EXPECT_EQ(count("work"), 1);
}

TEST_F(DeliveryLife, WhatIsPutOffExpiresBeforeItsNextAttempt) {
  auto made = mail(tenant_);
  made.expires_at = made.created_at + 1h;
  store(made);
  auto claim = claimOne();
  sql("UPDATE belfry.work SET expires_at = now()");
  EXPECT_EQ(stores_->work.expire(10), 0) << "a worker holds it";
  auto later = ending(claim, DeliveryState::deferred, EventType::retry);
  later.due_at = stores_->clock.now() + 10min;
  ASSERT_TRUE(settle(later));
  EXPECT_EQ(stores_->work.expire(10), 1);
  EXPECT_EQ(status(claim.id), "expired");
  EXPECT_EQ(timeline(claim.id), "accepted queued sending retry expired");
}

TEST_F(DeliveryLife, WhatMayHaveBeenSentIsUnknownAndNotExpired) {
  auto made = mail(tenant_);
  made.expires_at = made.created_at + 1h;
  store(made);
  auto claim = claimOne();
  expireLeases();
  rescue({LeasePolicy::resend, 5, "lease_expired.email", false});
  sql("UPDATE belfry.work SET expires_at = now()");
  EXPECT_EQ(stores_->work.expire(10), 1);
  EXPECT_EQ(status(claim.id), "unknown");
  EXPECT_EQ(timeline(claim.id), "accepted queued lease_expired unknown");
}

TEST_F(DeliveryLife, ALostAttemptIsNotRepeatedAfterItsExpiry) {
  auto made = mail(tenant_);
  made.expires_at = made.created_at + 1h;
  store(made);
  auto claim = claimOne();
  expireLeases();
  sql("UPDATE belfry.work SET expires_at = now()");
  auto rescued = rescue({LeasePolicy::resend, 5, "lease_expired.email", false});
  ASSERT_THAT(rescued, SizeIs(1));
  EXPECT_FALSE(rescued[0].again);
  EXPECT_EQ(status(claim.id), "unknown");
}

TEST_F(DeliveryLife, ExpiryTakesAtMostAsManyAsItIsAskedTo) {
  for (int i = 0; i < 5; ++i) {
    auto made = mail(tenant_);
    made.expires_at = made.created_at + 1h;
    store(made);
  }
  sql("UPDATE belfry.work SET expires_at = now()");
  EXPECT_EQ(stores_->work.expire(2), 2);
  EXPECT_EQ(stores_->work.expire(10), 3);
}

// ---- what was lost, and what may have been sent

TEST_F(DeliveryLife, EachTenantAndChannelIsRescuedByItsOwnPolicy) {
  auto other = newTenant();
  storedMail(tenant_);
  storedMail(other);
  claimDue(*stores_, kAll, 60s, owner_);
  expireLeases();
  auto rescued = stores_->work.rescue(
      [&](TenantId tenant, Channel) {
        return RescuePolicy{tenant == other ? LeasePolicy::resend : LeasePolicy::hold, 5, "provider_idempotent", false};
      },
      100);
  ASSERT_THAT(rescued, SizeIs(2));
  for (const auto& one : rescued) EXPECT_EQ(one.again, one.tenant == other);
  EXPECT_EQ(scalar("SELECT string_agg(DISTINCT detail ->> 'rule', ',') FROM belfry.delivery_events WHERE type = "
                   "'lease_expired'"),
            "provider_idempotent");
}

TEST_F(DeliveryLife, NobodyIsAskedForAPolicyWhileEveryLeaseRuns) {
  storedMail(tenant_);
  claimOne();
  EXPECT_THAT(stores_->work.rescue(
                  [](TenantId, Channel) -> RescuePolicy { throw std::logic_error("nothing has expired"); }, 100),
              IsEmpty());
}

TEST_F(DeliveryLife, AnAskableAttemptBecomesUnknownAndIsAskedAboutAtOnce) {
  auto claim = lost();
  auto rescued = rescue({LeasePolicy::resend, 5, "provider_status", true});
  ASSERT_THAT(rescued, SizeIs(1));
  EXPECT_FALSE(rescued[0].again);
  EXPECT_EQ(status(claim.id), "unknown");
  auto due = takeOne();
  EXPECT_EQ(due.tenant, tenant_);
  EXPECT_EQ(due.delivery, claim.id);
  EXPECT_EQ(due.channel, Channel::email);
  EXPECT_EQ(due.attempt, 1);
  EXPECT_EQ(due.provider, "") << "nobody has said who had it";
  EXPECT_TRUE(due.resend);
  EXPECT_EQ(due.asked, 1);
  EXPECT_THAT(stores_->look_ups.take(10, 60s), IsEmpty()) << "somebody is asking";
}

TEST_F(DeliveryLife, WhenNobodyCanSayALostAttemptIsRepeatedByItsPolicy) {
  auto claim = lost();
  rescue({LeasePolicy::resend, 5, "provider_status", true});
  EXPECT_TRUE(
      stores_->look_ups.answered(takeOne(), {"mail", R"({"known":false,"asked":1,"then":"resend"})", {}, true}));
  EXPECT_EQ(status(claim.id), "queued");
  EXPECT_EQ(timeline(claim.id), "accepted queued lease_expired unknown looked_up queued");
  EXPECT_EQ(lastDetail(claim.id, "rule"), "lease_expired.email");
  EXPECT_EQ(count("lookups"), 0);
  auto again = claimOne();
  EXPECT_EQ(again.attempt, 2);
  EXPECT_EQ(again.notification, claim.notification);
  EXPECT_TRUE(settle(ending(again, DeliveryState::sent, EventType::sent)));
  EXPECT_EQ(timeline(claim.id), "accepted queued lease_expired unknown looked_up queued sending sent");
  EXPECT_EQ(count("outbox"), 6) << "all but accepted and sending";
}

TEST_F(DeliveryLife, AHeldOneIsAskedAboutAFewTimesAndThenHeld) {
  auto claim = lost();
  rescue({LeasePolicy::hold, 5, "provider_status", true});
  auto due = takeOne();
  EXPECT_FALSE(due.resend);
  EXPECT_FALSE(stores_->look_ups.answered(due, {"mail", "{}", 15s, false}));
  EXPECT_EQ(count("lookups WHERE due_at BETWEEN now() + interval '10 s' AND now() + interval '15 s'"), 1);
  sql("UPDATE belfry.lookups SET due_at = now()");
  due = takeOne();
  EXPECT_EQ(due.asked, 2);
  EXPECT_FALSE(stores_->look_ups.answered(due, {"mail", "{}", {}, false}));
  EXPECT_EQ(count("lookups"), 0);
  EXPECT_EQ(status(claim.id), "unknown");
  EXPECT_EQ(timeline(claim.id), "accepted queued lease_expired unknown looked_up looked_up");
}

TEST_F(DeliveryLife, AnUnknownEndIsAskedAboutInTheSameCommit) {
  storedMail(tenant_);
  auto claim = claimOne();
  auto unsure = ending(claim, DeliveryState::unknown, EventType::unknown);
  unsure.ask = true;
  ASSERT_TRUE(settle(unsure));
  EXPECT_THAT(stores_->look_ups.take(10, 60s), IsEmpty()) << "a receipt may come first";
  sql("UPDATE belfry.lookups SET due_at = now()");
  auto due = takeOne();
  EXPECT_EQ(due.provider, "mail");
  EXPECT_FALSE(due.resend) << "a reported doubt is held";
  stores_->look_ups.drop(due);
  EXPECT_EQ(count("lookups"), 0);
}

TEST_F(DeliveryLife, AStaleSettlementAsksNobody) {
  auto claim = lost();
  rescue({LeasePolicy::resend, 5, "lease_expired.email", false});
  auto second = claimOne();
  auto unsure = ending(claim, DeliveryState::unknown, EventType::unknown);
  unsure.ask = true;
  EXPECT_FALSE(settle(unsure));
  EXPECT_EQ(count("lookups"), 0);
  EXPECT_TRUE(settle(ending(second, DeliveryState::sent, EventType::sent)));
}

TEST_F(DeliveryLife, AnAnswerAboutWhatHasGoneOnChangesNothing) {
  auto claim = lost();
  rescue({LeasePolicy::resend, 5, "provider_status", true});
  auto due = takeOne();
  sql("UPDATE belfry.deliveries SET status = 'delivered'");
  EXPECT_FALSE(stores_->look_ups.answered(due, {"mail", "{}", 15s, true})) << "a receipt was faster";
  EXPECT_EQ(status(claim.id), "delivered");
  EXPECT_EQ(timeline(claim.id), "accepted queued lease_expired unknown looked_up");
  EXPECT_EQ(count("lookups"), 0);
  auto other = due;
  other.attempt = 2;
  EXPECT_FALSE(stores_->look_ups.answered(other, {"mail", "{}", {}, true})) << "another attempt's";
  EXPECT_EQ(count("work"), 0);
}

TEST_F(DeliveryLife, AnExpiredOneIsNotRepeatedAfterALookUp) {
  auto made = mail(tenant_);
  made.expires_at = made.created_at + 1h;
  store(made);
  claimOne();
  expireLeases();
  rescue({LeasePolicy::resend, 5, "provider_status", true});
  sql("UPDATE belfry.notifications SET expires_at = now()");
  EXPECT_FALSE(stores_->look_ups.answered(takeOne(), {"mail", "{}", {}, true}));
  EXPECT_EQ(status(made.deliveries[0].id), "unknown");
}

TEST_F(DeliveryLife, AReportedDoubtIsNotSettledTwice) {
  storedMail(tenant_);
  auto claim = claimOne();
  ASSERT_TRUE(settle(ending(claim, DeliveryState::unknown, EventType::unknown)));
  EXPECT_FALSE(settle(ending(claim, DeliveryState::failed, EventType::failed)))
      << "its provider or an operator decides";
  EXPECT_EQ(status(claim.id), "unknown");
}

TEST_F(DeliveryLife, AWorkerThatComesBackAnswersWhatWasToBeAsked) {
  auto claim = lost();
  rescue({LeasePolicy::hold, 5, "provider_status", true});
  EXPECT_EQ(count("lookups"), 1);
  EXPECT_TRUE(settle(ending(claim, DeliveryState::bounced, EventType::bounced)));
  EXPECT_EQ(status(claim.id), "bounced");
  EXPECT_EQ(count("lookups"), 0);
}

}  // namespace
}  // namespace belfry::pg::test
