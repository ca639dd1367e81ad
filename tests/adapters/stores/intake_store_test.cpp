#include <atomic>
#include <barrier>
#include <thread>

#include "adapters/postgres/listener.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class IntakeStoreTest : public StoreSuite {
 protected:
  void SetUp() override { clearDeliveries(); }

  static IntakeOutcome write(const NewNotification& one) { return stores_->intake.write({&one, 1}, kNoClaims).at(0); }

  static std::vector<long> rowCounts() {
    return {count("notifications"),   count("deliveries"), count("work"),
            count("delivery_events"), count("outbox"),     count("idempotency_keys")};
  }
};

TEST_F(IntakeStoreTest, WritesAGroupOfSeveralTenantsWhole) {
  auto one = newTenant(), two = newTenant();
  std::vector<NewNotification> group;
  for (int i = 0; i < 50; ++i) group.push_back(mail(i % 2 ? one : two));
  group[0].deliveries.push_back({DeliveryId::mint(stores_->clock.now()), Channel::sms});
  for (const auto& outcome : stores_->intake.write(group, kNoClaims))
    EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
  EXPECT_THAT(rowCounts(), ElementsAre(50, 51, 51, 102, 51, 0));
  EXPECT_EQ(count("work w JOIN belfry.notifications n ON n.tenant_id = w.tenant_id AND n.id = w.notification_id"), 51);
  EXPECT_EQ(count("work WHERE tenant_id = " + quoted(one.toString())), 25);
}

TEST_F(IntakeStoreTest, ADueDeliveryIsQueuedAndALaterOneScheduled) {
  auto tenant = newTenant();
  auto later = mail(tenant);
  later.scheduled_at = later.created_at + 1h;
  auto past = mail(tenant);
  past.scheduled_at = past.created_at - 30s;
  store(later);
  store(past);
  auto row =
      sql("SELECT w.state, d.status, w.due_at > now(), w.attempt, w.seq, e.type FROM belfry.work w JOIN "
          "belfry.deliveries d ON d.id = w.delivery_id "
          "JOIN belfry.delivery_events e ON e.delivery_id = d.id AND e.seq = w.seq ORDER BY w.due_at");
  EXPECT_THAT(row, ElementsAre(ElementsAre("queued", "queued", "f", "0", "2", "queued"),
                               ElementsAre("scheduled", "scheduled", "t", "0", "2", "scheduled")));
}

TEST_F(IntakeStoreTest, WhatIsDueAtOnceIsNotLateBecauseOfAHostsClock) {
  auto ahead = mail(newTenant());
  ahead.created_at += 1h;
  store(ahead);
  EXPECT_EQ(count("work WHERE due_at <= now() AND state = 'queued'"), 1);
}

TEST_F(IntakeStoreTest, WakesTheWorkersOfEveryProcess) {
  std::atomic<int> heard{0};
  Listener listener(
      {.url = database_->url(), .channels = {"belfry_work"}}, [&](auto, auto) { ++heard; }, [] {}, silentLog());
  ASSERT_TRUE(waitUntil(10s, [&] { return listener.connected(); }));
  storedMail(newTenant());
  EXPECT_TRUE(waitUntil(10s, [&] { return heard == 1; }));
}

TEST_F(IntakeStoreTest, TheSameRequestIsReplayed) {
  auto tenant = newTenant();
  auto first = keyed(tenant, "key"), second = keyed(tenant, "key");
  EXPECT_TRUE(std::holds_alternative<Stored>(write(first)));
  auto again = write(second);
  ASSERT_TRUE(std::holds_alternative<Replayed>(again));
  EXPECT_EQ(std::get<Replayed>(again).status, 202);
  EXPECT_EQ(std::get<Replayed>(again).response_json, first.idempotency->response_json);
  EXPECT_EQ(count("notifications"), 1);
}

TEST_F(IntakeStoreTest, AKeyBelongsToItsTenant) {
  auto one = newTenant(), two = newTenant();
  EXPECT_TRUE(std::holds_alternative<Stored>(write(keyed(one, "key"))));
  EXPECT_TRUE(std::holds_alternative<Stored>(write(keyed(two, "key", "other"))));
}

TEST_F(IntakeStoreTest, AnotherRequestUnderTheKeyIsAMismatch) {
  auto tenant = newTenant();
  store(keyed(tenant, "key", "one"));
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(write(keyed(tenant, "key", "two"))));
  EXPECT_EQ(count("notifications"), 1);
}

TEST_F(IntakeStoreTest, AKeyThatAnotherRequestHoldsIsInProgress) {
  auto tenant = newTenant();
  stores_->idempotency.begin(tenant, sha256("key"), sha256("request"), 1h, stores_->clock.now() + 24h);
  EXPECT_TRUE(std::holds_alternative<IdempotencyInProgress>(write(keyed(tenant, "key"))));
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(write(keyed(tenant, "key", "another"))));
  EXPECT_EQ(count("notifications"), 0);
}

TEST_F(IntakeStoreTest, AnExpiredKeyIsFreeAgain) {
  auto tenant = newTenant();
  store(keyed(tenant, "key", "one"));
  sql("UPDATE belfry.idempotency_keys SET expires_at = now() - interval '1 second'");
  auto second = keyed(tenant, "key", "two");
  EXPECT_TRUE(std::holds_alternative<Stored>(write(second)));
  EXPECT_EQ(count("notifications"), 2);
  auto third = write(keyed(tenant, "key", "two"));
  ASSERT_TRUE(std::holds_alternative<Replayed>(third));
  EXPECT_EQ(std::get<Replayed>(third).response_json, second.idempotency->response_json);
}

TEST_F(IntakeStoreTest, AGroupMixesFreshReplayedAndMismatchedRows) {
  auto tenant = newTenant();
  auto known = keyed(tenant, "known");
  store(known);
  std::vector<NewNotification> group{mail(tenant), keyed(tenant, "known"), keyed(tenant, "new"),
                                     keyed(tenant, "other")};
  store(keyed(tenant, "other", "another request"));
  auto outcomes = stores_->intake.write(group, kNoClaims);
  EXPECT_TRUE(std::holds_alternative<Stored>(outcomes[0]));
  ASSERT_TRUE(std::holds_alternative<Replayed>(outcomes[1]));
  EXPECT_EQ(std::get<Replayed>(outcomes[1]).response_json, known.idempotency->response_json);
  EXPECT_TRUE(std::holds_alternative<Stored>(outcomes[2]));
  EXPECT_TRUE(std::holds_alternative<IdempotencyMismatch>(outcomes[3]));
  EXPECT_EQ(count("notifications"), 4);
}

TEST_F(IntakeStoreTest, OfConcurrentDoublesExactlyOneIsStored) {
  auto tenant = newTenant();
  constexpr int kThreads = 8, kRounds = 20;
  std::barrier together(kThreads);
  std::vector<std::vector<NewNotification>> asked(kThreads);
  std::vector<std::vector<IntakeOutcome>> told(kThreads);
  for (auto& list : asked)
    for (int round = 0; round < kRounds; ++round) list.push_back(keyed(tenant, "round " + std::to_string(round)));
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        for (const auto& one : asked[i]) {
          together.arrive_and_wait();
          told[i].push_back(write(one));
        }
      });
  }
  for (int round = 0; round < kRounds; ++round) {
    std::string answer;
    int stored = 0;
    for (int i = 0; i < kThreads; ++i)
      if (std::holds_alternative<Stored>(told[i][round])) {
        ++stored;
        answer = asked[i][round].idempotency->response_json;
      }
    EXPECT_EQ(stored, 1);
    for (int i = 0; i < kThreads; ++i)
      if (auto* replay = std::get_if<Replayed>(&told[i][round])) EXPECT_EQ(replay->response_json, answer);
      else EXPECT_TRUE(std::holds_alternative<Stored>(told[i][round]));
  }
  EXPECT_EQ(count("notifications"), kRounds);
}

TEST_F(IntakeStoreTest, GroupsWithTheSameKeysInAnyOrderDoNotDeadlock) {
  auto tenant = newTenant();
  std::vector<std::vector<NewNotification>> groups(2);
  for (int i = 0; i < 100; ++i) {
    groups[0].push_back(keyed(tenant, std::to_string(i)));
    groups[1].push_back(keyed(tenant, std::to_string(99 - i)));
  }
  std::barrier together(2);
  std::vector<std::vector<IntakeOutcome>> told(2);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i)
      threads.emplace_back([&, i] {
        together.arrive_and_wait();
        told[i] = stores_->intake.write(groups[i], kNoClaims);
      });
  }
  int stored = 0;
  for (const auto& outcomes : told)
    for (const auto& outcome : outcomes) stored += std::holds_alternative<Stored>(outcome);
  EXPECT_EQ(stored, 100);
  EXPECT_EQ(count("notifications"), 100);
}

TEST_F(IntakeStoreTest, AGroupWrittenAgainAfterAnAmbiguousCommitIsNotDoubled) {
  auto tenant = newTenant();
  std::vector<NewNotification> group{mail(tenant), keyed(tenant, "a"), mail(tenant), keyed(tenant, "b")};
  stores_->intake.write(group, kNoClaims);
  auto before = rowCounts();
  for (const auto& outcome : stores_->intake.write(group, kNoClaims))
    EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
  EXPECT_EQ(rowCounts(), before);
  // What had come in the meantime is written with it.
  group.push_back(mail(tenant));
  for (const auto& outcome : stores_->intake.write(group, kNoClaims))
    EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
  EXPECT_EQ(count("notifications"), 5);
}

TEST_F(IntakeStoreTest, ABadRowLeavesNothingOfItsGroup) {
  auto tenant = newTenant();
  std::vector<NewNotification> group{mail(tenant), keyed(tenant, "a"), mail(tenant)};
  group[2].request.template_ref = TemplateRef{std::string("nul\0key", 7), 1, "en"};
  EXPECT_THROW(stores_->intake.write(group, kNoClaims), StoreRejected);
  EXPECT_THAT(rowCounts(), ::testing::Each(0));
  group[2].request.template_ref.reset();
  for (const auto& outcome : stores_->intake.write(group, kNoClaims))
    EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
}

TEST_F(IntakeStoreTest, ATenantWithoutAKeyIsRejectedNotUnavailable) {
  EXPECT_THROW(write(mail(TenantId::mint(stores_->clock.now()))), StoreRejected);
}

TEST_F(IntakeStoreTest, ADatabaseThatIsAwayIsUnavailable) {
  PoolSettings nowhere{.url = "postgresql://belfry@/none?host=/nonexistent", .role = "belfry_system", .size = 1};
  Pool pool(nowhere, silentLog());
  PgIntakeStore away(pool, stores_->keyring);
  auto one = mail(newTenant());
  EXPECT_THROW(away.write({&one, 1}, kNoClaims), StoreUnavailable);
}

TEST_F(IntakeStoreTest, AStatementThatTakesTooLongIsUnavailableNotRejected) {
  auto tenant = newTenant();
  auto settings = poolAs(*database_, "belfry_system", 1);
  settings.statement_timeout = 50ms;
  Pool pool(settings, silentLog());
  PgIntakeStore impatient(pool, stores_->keyring);
  auto one = keyed(tenant, "key");
  constexpr Statement kTakeKey{
      "take_key",
      "INSERT INTO belfry.idempotency_keys VALUES ($1, $2, $2, $1, 202, 'x', NULL, now() + interval '1 hour')"};
  Params params;
  params.add(tenant);
  params.addBytes(asView(one.idempotency->key_hash));
  auto lease = stores_->system_pool.acquire();
  Transaction holder(*lease);
  holder.run(kTakeKey, params);
  EXPECT_THROW(impatient.write({&one, 1}, kNoClaims), StoreUnavailable) << "waits for whoever holds the key";
}

}  // namespace
}  // namespace belfry::pg::test
