// Receipts on a real PostgreSQL: once, in any order, for the right delivery.
#include <barrier>
#include <thread>

#include "services/receipts/receipt_rules.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class ReceiptStoreTest : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }

  static ClaimedDelivery claimed(TenantId tenant = tenant_) {
    storedMail(tenant);
    return claimAgain();
  }
  static ClaimedDelivery claimAgain() {
    sql("UPDATE belfry.work SET due_at = now() WHERE lease_until IS NULL");
    auto claims = claimDue(*stores_, {{Priority::medium, 10}}, 60s, newUuidV7(stores_->clock.now()));
    EXPECT_THAT(claims, SizeIs(1));
    return claims.at(0);
  }

  static SettledGroup settle(const ClaimedDelivery& of, DeliveryState state, const std::string& provider = "mail",
                             const std::string& message = "") {
    Settlement settlement{of.tenant, of.id, of.attempt, of.priority, state, {}, provider, message, {}, {}, {}};
    if (state == DeliveryState::deferred) settlement.due_at = stores_->clock.now() + 1h;
    auto type = state == DeliveryState::deferred  ? EventType::retry
                : state == DeliveryState::unknown ? EventType::unknown
                                                  : EventType::sent;
    settlement.events = {{EventType::sending, stores_->clock.now(), of.attempt, provider, {}},
                         {type, stores_->clock.now(), of.attempt, provider, {}}};
    return stores_->work.settle({&settlement, 1});
  }
  static ClaimedDelivery sent(TenantId tenant = tenant_, const std::string& message = "") {
    auto claim = claimed(tenant);
    settle(claim, DeliveryState::sent, "mail", message);
    return claim;
  }

  static Receipt receipt(ReceiptType type, std::optional<DeliveryId> delivery, int attempt = 0,
                         const std::string& key = "") {
    Receipt made{};
    made.type = type;
    made.delivery = delivery;
    made.attempt = attempt;
    made.dedupe_key = key;
    return made;
  }

  static std::vector<ReceiptOutcome> apply(std::vector<Receipt> receipts, TenantId tenant = tenant_,
                                           const std::string& provider = "mail",
                                           std::optional<CallbackId> callback = {}) {
    ReceiptGroup group{};
    group.tenant = tenant;
    group.provider = provider;
    group.callback = callback;
    group.received_at = stores_->clock.now();
    group.parked_for = 1h;
    group.keys_for = 24h;
    for (auto& one : receipts) group.receipts.push_back({storable(one), {}, suppresses(one)});
    return applyGroup(group);
  }
  static std::vector<ReceiptOutcome> applyGroup(const ReceiptGroup& group) {
    const ReceiptSource source{group.provider, Channel::email, group.received_at};
    return stores_->receipts.apply(group, [&](const DeliveryFacts& facts, const Receipt& one) {
      return judgeReceipt(facts, one, source, [&](Channel channel, const std::string& address) {
        return toHex(asView(stores_->receipts.addressHash(group.tenant, channel, address)));
      });
    });
  }
  /// What the loop behind settlements does.
  static int release() {
    int moved = 0;
    for (auto& group : stores_->receipts.releasable(100)) {
      group.parked_for = 1h;
      group.keys_for = 24h;
      for (const auto& outcome : applyGroup(group)) moved += outcome.result != ReceiptResult::parked;
    }
    return moved;
  }

  static std::vector<ReceiptResult> results(const std::vector<ReceiptOutcome>& outcomes) {
    std::vector<ReceiptResult> all;
    for (const auto& outcome : outcomes) all.push_back(outcome.result);
    return all;
  }
  static std::string timeline(DeliveryId id) {
    return scalar(
        "SELECT string_agg(type || coalesce(' ' || attempt, ''), ', ' ORDER BY seq) FROM belfry.delivery_events "
        "WHERE seq > 2 AND delivery_id = " +
        quoted(id.toString()));
  }
  static std::string status(DeliveryId id) {
    return scalar("SELECT status FROM belfry.deliveries WHERE id = " + quoted(id.toString()));
  }

  static inline TenantId tenant_;
};

TEST_F(ReceiptStoreTest, AReceiptMovesItsDeliveryAndTellsTheFeed) {
  auto delivery = sent().id;
  EXPECT_THAT(results(apply({receipt(ReceiptType::delivered, delivery, 1)})), ElementsAre(ReceiptResult::applied));
  EXPECT_EQ(status(delivery), "delivered");
  EXPECT_EQ(timeline(delivery), "sending 1, sent 1, delivered 1");
  EXPECT_EQ(count("outbox WHERE type = 'delivered'"), 1);
}

TEST_F(ReceiptStoreTest, AHundredConcurrentDoublesMakeOneTransition) {
  auto delivery = sent().id;
  constexpr int kThreads = 10, kEach = 10;
  std::barrier together(kThreads);
  std::atomic<int> applied{0}, duplicates{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        together.arrive_and_wait();
        for (int k = 0; k < kEach; ++k) {
          auto result = apply({receipt(ReceiptType::bounced, delivery, 1, "event-1")}).at(0).result;
          applied += result == ReceiptResult::applied;
          duplicates += result == ReceiptResult::duplicate;
        }
      });
  }
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(duplicates, kThreads * kEach - 1);
  EXPECT_EQ(status(delivery), "bounced");
  EXPECT_EQ(timeline(delivery), "sending 1, sent 1, bounced 1, suppress 1");
  EXPECT_EQ(count("outbox WHERE type IN ('bounced', 'suppress')"), 2);
}

TEST_F(ReceiptStoreTest, WithoutAKeyTypeAttemptAndTimeTellDoublesApart) {
  auto delivery = sent().id;
  auto opened = receipt(ReceiptType::opened, delivery, 1);
  opened.at = *parseRfc3339("2026-01-01T00:00:00Z");
  auto later = opened;
  later.at = *parseRfc3339("2026-01-01T00:00:01Z");
  EXPECT_THAT(results(apply({opened, opened, later})),
              ElementsAre(ReceiptResult::applied, ReceiptResult::duplicate, ReceiptResult::applied));
  EXPECT_EQ(timeline(delivery), "sending 1, sent 1, opened 1, opened 1");
}

TEST_F(ReceiptStoreTest, AReceiptBeforeItsSettlementWaitsAndIsFound) {
  auto claim = claimed();
  auto outcomes = apply({receipt(ReceiptType::delivered, claim.id, 1)});
  EXPECT_EQ(outcomes.at(0).reason, "not_settled_yet");
  EXPECT_THAT(results(apply({receipt(ReceiptType::delivered, claim.id, 1)})), ElementsAre(ReceiptResult::duplicate));
  EXPECT_EQ(release(), 0);
  EXPECT_TRUE(settle(claim, DeliveryState::sent).receipts_wait);
  EXPECT_EQ(release(), 1);
  EXPECT_EQ(status(claim.id), "delivered");
  EXPECT_EQ(timeline(claim.id), "sending 1, sent 1, delivered 1");
  EXPECT_EQ(count("parked_receipts"), 0);
  EXPECT_FALSE(settle(claimed(), DeliveryState::sent).receipts_wait);
}

TEST_F(ReceiptStoreTest, AReceiptThatRacesItsSettlementIsNeverLost) {
  for (int round = 0; round < 40; ++round) {
    auto claim = claimed();
    std::barrier together(2);
    bool waits = false;
    ReceiptOutcome outcome{};
    {
      std::jthread settler([&] {
        together.arrive_and_wait();
        waits = settle(claim, DeliveryState::sent, "mail", "m-" + std::to_string(round)).receipts_wait;
      });
      together.arrive_and_wait();
      outcome = apply({receipt(ReceiptType::delivered, claim.id, 1)}).at(0);
    }
    if (outcome.result == ReceiptResult::parked) {
      EXPECT_TRUE(waits) << "parked, and its settlement did not see it";
      EXPECT_EQ(release(), 1);
    } else {
      EXPECT_EQ(outcome.result, ReceiptResult::applied);
    }
    EXPECT_EQ(status(claim.id), "delivered");
  }
}

TEST_F(ReceiptStoreTest, TheProvidersMessageIdIsTheFallBack) {
  auto delivery = sent(tenant_, "msg-1").id;
  auto by_message = receipt(ReceiptType::delivered, {});
  by_message.provider_message_id = "msg-1";
  EXPECT_THAT(results(apply({by_message})), ElementsAre(ReceiptResult::applied));
  EXPECT_EQ(timeline(delivery), "sending 1, sent 1, delivered 1");
}

TEST_F(ReceiptStoreTest, AMessageThatIsNotKnownYetWaitsForItsSettlement) {
  auto claim = claimed();
  auto by_message = receipt(ReceiptType::delivered, {});
  by_message.provider_message_id = "msg-2";
  auto outcomes = apply({by_message});
  EXPECT_EQ(outcomes.at(0).result, ReceiptResult::parked);
  EXPECT_EQ(outcomes.at(0).reason, "unknown_message");
  EXPECT_TRUE(settle(claim, DeliveryState::sent, "mail", "msg-2").receipts_wait);
  EXPECT_EQ(release(), 1);
  EXPECT_EQ(status(claim.id), "delivered");
}

TEST_F(ReceiptStoreTest, AMessageIdThatSeveralDeliveriesShareNamesNone) {
  sent(tenant_, "shared");
  sent(tenant_, "shared");
  auto by_message = receipt(ReceiptType::delivered, {});
  by_message.provider_message_id = "shared";
  EXPECT_EQ(apply({by_message}).at(0).reason, "ambiguous_message");
}

TEST_F(ReceiptStoreTest, AnotherTenantsDeliveryIsNotFound) {
  auto delivery = sent(tenant_, "theirs").id;
  auto other = newTenant();
  auto by_message = receipt(ReceiptType::bounced, {});
  by_message.provider_message_id = "theirs";
  auto outcomes = apply({receipt(ReceiptType::bounced, delivery, 1), by_message}, other);
  EXPECT_EQ(outcomes.at(0).result, ReceiptResult::refused);
  EXPECT_EQ(outcomes.at(0).reason, "unknown_delivery");
  EXPECT_EQ(outcomes.at(1).result, ReceiptResult::parked);
  EXPECT_EQ(release(), 0);
  EXPECT_EQ(status(delivery), "sent");
}

TEST_F(ReceiptStoreTest, AnotherProviderOfTheSameTenantIsNotBelieved) {
  auto delivery = sent().id;
  EXPECT_EQ(apply({receipt(ReceiptType::bounced, delivery, 1)}, tenant_, "other").at(0).reason, "wrong_provider");
  EXPECT_EQ(status(delivery), "sent");
}

TEST_F(ReceiptStoreTest, ABatchWithBadItemsKeepsTheGoodOnesAndTheRowSaysSo) {
  auto good = sent().id, also_good = sent().id;
  StoredCallback callback{CallbackId::mint(stores_->clock.now()), tenant_, "mail", "smtp", {}};
  callback.raw.method = "POST";
  callback.raw.received_at = stores_->clock.now();
  stores_->callbacks.store({&callback, 1});
  auto nobody = receipt(ReceiptType::delivered, {});
  apply({receipt(ReceiptType::delivered, good, 1),
         receipt(ReceiptType::delivered, DeliveryId::mint(stores_->clock.now())), nobody,
         receipt(ReceiptType::opened, also_good, 1)},
        tenant_, "mail", callback.id);
  EXPECT_EQ(status(good), "delivered");
  EXPECT_EQ(timeline(also_good), "sending 1, sent 1, opened 1");
  auto view = *stores_->callbacks.get(tenant_, callback.id);
  EXPECT_EQ(view.state, CallbackState::processed);
  EXPECT_EQ(view.reason, "unknown_delivery");
  EXPECT_EQ(std::tuple(view.receipts, view.kept, view.refused, view.parked), std::tuple(4, 2, 2, 0));
}

TEST_F(ReceiptStoreTest, ACallbackWhoseReceiptsWaitIsParkedUntilTheyAreApplied) {
  auto claim = claimed();
  StoredCallback callback{CallbackId::mint(stores_->clock.now()), tenant_, "mail", "smtp", {}};
  callback.raw.received_at = stores_->clock.now();
  stores_->callbacks.store({&callback, 1});
  apply({receipt(ReceiptType::delivered, claim.id, 1)}, tenant_, "mail", callback.id);
  EXPECT_EQ(stores_->callbacks.get(tenant_, callback.id)->state, CallbackState::parked);
  settle(claim, DeliveryState::sent);
  EXPECT_EQ(release(), 1);
  auto view = *stores_->callbacks.get(tenant_, callback.id);
  EXPECT_EQ(view.state, CallbackState::processed);
  EXPECT_EQ(std::tuple(view.receipts, view.kept, view.parked), std::tuple(1, 1, 0));
}

TEST_F(ReceiptStoreTest, WhatWaitsTooLongExpiresWithAReason) {
  auto by_message = receipt(ReceiptType::delivered, {});
  by_message.provider_message_id = "never";
  StoredCallback callback{CallbackId::mint(stores_->clock.now()), tenant_, "mail", "smtp", {}};
  callback.raw.received_at = stores_->clock.now();
  stores_->callbacks.store({&callback, 1});
  apply({by_message}, tenant_, "mail", callback.id);
  EXPECT_EQ(stores_->receipts.expireParked(10), 0);
  sql("UPDATE belfry.parked_receipts SET expires_at = now()");
  EXPECT_EQ(stores_->receipts.expireParked(10), 1);
  auto view = *stores_->callbacks.get(tenant_, callback.id);
  EXPECT_EQ(view.state, CallbackState::refused);
  EXPECT_EQ(view.reason, "expired_parked");
  EXPECT_EQ(count("parked_receipts"), 0);
}

TEST_F(ReceiptStoreTest, AnEarlierAttemptsBounceCannotFailALaterOne) {
  auto first = claimed();
  settle(first, DeliveryState::deferred);
  auto second = claimAgain();
  ASSERT_EQ(second.attempt, 2);
  settle(second, DeliveryState::sent);
  auto outcomes = apply({receipt(ReceiptType::failed, first.id, 1)});
  EXPECT_EQ(outcomes.at(0).reason, "earlier_attempt");
  EXPECT_EQ(status(first.id), "sent");
  EXPECT_EQ(timeline(first.id), "sending 1, retry 1, sending 2, sent 2, receipt_ignored 1");
}

TEST_F(ReceiptStoreTest, AnEarlierAttemptThatArrivedEndsWhatWouldBeTriedAgain) {
  auto first = claimed();
  settle(first, DeliveryState::deferred);
  EXPECT_THAT(results(apply({receipt(ReceiptType::delivered, first.id, 1)})), ElementsAre(ReceiptResult::applied));
  EXPECT_EQ(status(first.id), "delivered");
  EXPECT_EQ(count("work"), 0);
}

TEST_F(ReceiptStoreTest, EventsOfALiveDeliveryKeepItsNumbersInOrder) {
  auto first = claimed();
  settle(first, DeliveryState::deferred);
  apply({receipt(ReceiptType::delayed, first.id, 1), receipt(ReceiptType::failed, first.id, 1)});
  auto second = claimAgain();
  settle(second, DeliveryState::sent);
  EXPECT_EQ(timeline(first.id), "sending 1, retry 1, provider_deferred 1, receipt_ignored 1, sending 2, sent 2");
  EXPECT_EQ(status(first.id), "sent");
}

TEST_F(ReceiptStoreTest, ALateSentIsIgnoredAndRecordedOnce) {
  auto delivery = sent().id;
  apply({receipt(ReceiptType::delivered, delivery, 1)});
  EXPECT_THAT(
      results(apply({receipt(ReceiptType::sent, delivery, 1, "a"), receipt(ReceiptType::sent, delivery, 1, "b")})),
      ElementsAre(ReceiptResult::ignored, ReceiptResult::ignored));
  apply({receipt(ReceiptType::sent, delivery, 1, "c")});
  EXPECT_EQ(timeline(delivery), "sending 1, sent 1, delivered 1, receipt_ignored 1");
}

TEST_F(ReceiptStoreTest, SentEndsTheDoubtOfAnUnknownDelivery) {
  auto claim = claimed();
  settle(claim, DeliveryState::unknown);
  apply({receipt(ReceiptType::sent, claim.id, 1)});
  EXPECT_EQ(status(claim.id), "sent");
}

TEST_F(ReceiptStoreTest, TheAttemptWhoseLeaseRanOutMayStillArrive) {
  auto claim = claimed();
  sql("UPDATE belfry.work SET lease_until = now() - interval '1 second'");
  ASSERT_THAT(stores_->work.rescue({{Channel::email, {LeasePolicy::resend, 5}}}, 10), SizeIs(1));
  apply({receipt(ReceiptType::delivered, claim.id, 1)});
  EXPECT_EQ(status(claim.id), "delivered");
  EXPECT_EQ(count("work"), 0);
}

TEST_F(ReceiptStoreTest, ABounceSuppressesTheAddressByHashOnly) {
  auto delivery = sent().id;
  auto bounced = receipt(ReceiptType::bounced, delivery, 1);
  bounced.detail = "550 <ada@example.test> unknown";
  apply({bounced});
  auto detail = scalar("SELECT detail::text FROM belfry.delivery_events WHERE type = 'suppress'");
  auto hash = toHex(asView(stores_->receipts.addressHash(tenant_, Channel::email, "Ada@Example.test")));
  EXPECT_THAT(detail, ::testing::HasSubstr("\"addressHash\": \"" + hash + "\""));
  EXPECT_THAT(detail, ::testing::HasSubstr("\"reason\": \"bounced\""));
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.delivery_events WHERE detail::text LIKE '%ada@example%'"), "0");
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.deliveries WHERE error_detail LIKE '%ada@example%'"), "0");
}

TEST_F(ReceiptStoreTest, GroupsThatLockTheSameDeliveriesBothEnd) {
  std::vector<DeliveryId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(sent().id);
  std::barrier together(4);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        std::vector<Receipt> receipts;
        for (const auto& id : ids) receipts.push_back(receipt(ReceiptType::opened, id, 1, "open-" + std::to_string(t)));
        if (t % 2) std::reverse(receipts.begin(), receipts.end());
        together.arrive_and_wait();
        apply(receipts);
      });
  }
  EXPECT_EQ(count("delivery_events WHERE type = 'opened'"), 80);
}

TEST_F(ReceiptStoreTest, PrunesKeysAndMessageIdsByTheirTime) {
  auto delivery = sent(tenant_, "m").id;
  apply({receipt(ReceiptType::delivered, delivery, 1)});
  EXPECT_EQ(stores_->receipts.pruneKeys(10) + stores_->receipts.pruneMessageIds(10), 0);
  sql("UPDATE belfry.receipt_keys SET expires_at = now() - interval '1 second'");
  sql("UPDATE belfry.provider_message_ids SET expires_at = now() - interval '1 second'");
  EXPECT_EQ(stores_->receipts.pruneKeys(10), 1);
  EXPECT_EQ(stores_->receipts.pruneMessageIds(10), 1);
}

TEST_F(ReceiptStoreTest, FindsWhatAProviderCanBeAskedAbout) {
  auto claim = sent(tenant_, "m-7");
  auto found = stores_->receipts.find(tenant_, claim.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->provider, "mail");
  EXPECT_EQ(found->provider_message_id, "m-7");
  EXPECT_EQ(found->to, "ada@example.test");
  EXPECT_FALSE(stores_->receipts.find(newTenant(), claim.id));
}

}  // namespace
}  // namespace belfry::pg::test
