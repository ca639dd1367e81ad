#include "workers/delivery_loop.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class DeliveryLoopTest : public ::testing::Test {
 protected:
  DeliveryLoopTest() {
    catalogue_.add("mail");
    directory_.reload();
    store_.notification.request.recipient.email = "ada@example.test";
    store_.notification.request.content[Channel::email] = {{"text", "Hello"}};
    clock_.set(noon() + 1h);
  }

  std::unique_ptr<DeliveryLoop> loop(DeliveryLoopSettings settings) { return loopOn(store_, std::move(settings)); }

  std::unique_ptr<DeliveryLoop> loopOn(FakeWorkStore& store, DeliveryLoopSettings settings) {
    return std::make_unique<DeliveryLoop>(WorkSource(store, store, nullptr, {}, {tenantNumber(9).value, 60s}),
                                          pipeline_, silentLog(), std::move(settings));
  }

  std::vector<HandedOver> handed(int from, int count) {
    std::vector<HandedOver> made;
    for (int i = 0; i < count; ++i) made.push_back({claimNumber(from + i), store_.notification});
    return made;
  }

  static std::vector<ClaimedDelivery> deliveries(int from, int count, Priority priority = Priority::medium) {
    std::vector<ClaimedDelivery> made;
    for (int i = 0; i < count; ++i) made.push_back(claimNumber(from + i, 1, priority));
    return made;
  }

  std::size_t sent() { return plugins_.channel->count(); }

  /// The provider answers everything that is with it, and the settled slots are free again.
  std::size_t answer(DeliveryLoop& loop) {
    auto count = plugins_.channel->answerAll({Outcome::accepted, {}, "id", {}, {}});
    loop.freeSlots(count);
    return count;
  }

  static constexpr auto kNever = std::chrono::hours(1);

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  FakeTemplates templates_;
  FakeEngines engines_;
  StillClock clock_;
  FakeWorkStore store_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  Renderer renderer_{templates_, engines_};
  std::atomic<int> settled_{0};
  DeliveryPipeline pipeline_{directory_,
                             renderer_,
                             clock_,
                             silentLog(),
                             {},
                             [this](Settlement) { ++settled_; },
                             [](const AttemptObservation&) {}};
};

TEST_F(DeliveryLoopTest, BeginsWhatIsDueAtOnce) {
  store_.put(deliveries(0, 30));
  auto worker = loop({.slots = 100, .poll = kNever});
  worker->start();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 30; }));
  EXPECT_EQ(worker->inFlight(), 30);
  answer(*worker);
  worker->drain(in(10s));
  EXPECT_EQ(worker->inFlight(), 0);
  EXPECT_EQ(settled_, 30);
}

TEST_F(DeliveryLoopTest, AWakeBringsWhatCameLater) {
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.looks; }) > 0; }));
  store_.put(deliveries(0, 1));
  worker->wake();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, LooksByItselfAfterThePoll) {
  auto worker = loop({.slots = 10, .poll = 5ms});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.looks; }) > 2; }));
  store_.put(deliveries(0, 1));
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, WhatComesClaimedIsBegunInReservedSlots) {
  auto worker = loop({.slots = 10, .poll = kNever});
  EXPECT_EQ(worker->reserve(3), 0) << "nobody knows yet what waits";
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return worker->reserve(1) == 1; }));
  worker->freeSlots(1);
  EXPECT_EQ(worker->reserve(3), 3);
  EXPECT_EQ(worker->reserve(100), 7) << "never more than there are";
  EXPECT_EQ(worker->reserve(1), 0);
  worker->begin(handed(0, 3), std::chrono::steady_clock::now());
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 3; }));
  EXPECT_EQ(worker->inFlight(), 10);
  answer(*worker);
  worker->freeSlots(7);
  EXPECT_EQ(store_.read([](auto& store) { return store.claims; }), 0) << "nothing waited, nothing was claimed";
}

TEST_F(DeliveryLoopTest, NothingIsReservedWhileOthersWait) {
  store_.put(deliveries(0, 6));
  auto worker = loop({.slots = 4, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 4; }));
  EXPECT_EQ(worker->reserve(1), 0) << "two wait for a slot";
  answer(*worker);
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 6; }));
  answer(*worker);
  EXPECT_TRUE(waitUntil(10s, [&] { return worker->reserve(1) == 1; })) << "nobody waits any more";
  worker->freeSlots(1);
}

TEST_F(DeliveryLoopTest, WhatComesClaimedAndIsNotToBeBegunGoesBack) {
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return worker->reserve(2) == 2; }));
  worker->release({claimNumber(0), claimNumber(1)});
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 2; })) << "and is claimed from its lane";
  EXPECT_EQ(store_.read([](auto& store) { return store.released.size(); }), 2u);
  answer(*worker);
  EXPECT_EQ(worker->inFlight(), 0);
}

TEST_F(DeliveryLoopTest, WhatAnotherHostSaysIsLookedForAtOnce) {
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.looks; }) > 0; }));
  store_.put(deliveries(0, 1));
  worker->look();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, OneStalledSlotDoesNotKeepTheFreedOnesIdle) {
  store_.put(deliveries(0, 40));
  auto worker = loop({.slots = 32, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 32; }));
  plugins_.channel->answerOne({Outcome::accepted, {}, "id", {}, {}});
  worker->freeSlots(1);  // fewer than make a handful
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 33; }));
  while (sent() < 40 || worker->inFlight() > 0) answer(*worker);
}

TEST_F(DeliveryLoopTest, SlotsAreNeverExceeded) {
  for (int slots : {1, 2, 3, 5, 16}) {
    const auto before = sent();
    for (auto priority : allPriorities()) store_.put(deliveries(0, 8, priority));
    auto worker = loop({.slots = slots, .poll = kNever});
    worker->start();
    std::size_t answered = 0;
    EXPECT_TRUE(waitUntil(20s,
                          [&] {
                            EXPECT_LE(worker->inFlight(), slots);
                            answered += answer(*worker);
                            return answered == 32;
                          }))
        << slots << " slots, " << answered << " answered";
    EXPECT_EQ(sent() - before, 32u);
    worker->drain(in(10s));
  }
  EXPECT_LE(store_.most_room, 16);
}

TEST_F(DeliveryLoopTest, AFullWorkerClaimsAgainWhenASlotIsFree) {
  store_.put(deliveries(0, 6));
  auto worker = loop({.slots = 4, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 4; }));
  answer(*worker);
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 6; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, DrainWaitsForWhatIsInFlight) {
  store_.put(deliveries(0, 2));
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 2; }));
  std::atomic<bool> drained{false};
  std::jthread stopper([&] {
    worker->drain(in(10s));
    drained = true;
  });
  EXPECT_FALSE(drained) << "two are in flight";
  answer(*worker);
  EXPECT_TRUE(waitUntil(10s, [&] { return drained.load(); }));
  EXPECT_EQ(worker->inFlight(), 0);
}

TEST_F(DeliveryLoopTest, NothingIsClaimedAfterADrain) {
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.looks; }) > 0; }));
  worker->drain(in(10s));
  const int looks = store_.looks;
  store_.put(deliveries(0, 1));
  worker->wake();
  EXPECT_EQ(store_.looks, looks);
  EXPECT_EQ(sent(), 0u);
}

TEST_F(DeliveryLoopTest, DrainGivesUpAtItsDeadline) {
  store_.put(deliveries(0, 2));
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 2; }));
  worker->drain(in(1ms));
  EXPECT_EQ(worker->inFlight(), 2);
}

TEST_F(DeliveryLoopTest, GoesOnWhenTheDatabaseWasAway) {
  store_.fail_claims = 3;
  store_.put(deliveries(0, 1));
  auto worker = loop({.slots = 10, .poll = 5ms});
  worker->start();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, ClaimsThatCannotBeLoadedGoBackAndAreBegunLater) {
  store_.fail_loads = 5;
  store_.fail_releases = 2;
  store_.put(deliveries(0, 5));
  auto worker = loop({.slots = 100, .poll = 5ms});
  worker->start();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 5; }));
  EXPECT_EQ(store_.read([](auto& store) { return store.released.size(); }), 5u);
  EXPECT_EQ(worker->inFlight(), 5);
  answer(*worker);
}

TEST_F(DeliveryLoopTest, ClaimsThatCannotBeLoadedGoBackAtTheEnd) {
  store_.fail_loads = 5;
  store_.fail_releases = 1;
  store_.put(deliveries(0, 5));
  auto worker = loop({.slots = 100, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.fail_releases; }) <= 0; }));
  worker->drain(in(10s));
  EXPECT_THAT(store_.released, SizeIs(5));
}

TEST_F(DeliveryLoopTest, ARefusedStatementDoesNotEndTheLoop) {
  class Refusing final : public FakeWorkStore {
   public:
    std::vector<ClaimedWork> claimFrom(std::span<const LaneRoom> lanes, const ClaimTerms& terms) override {
      if (refusals-- > 0) throw StoreRejected("permission denied");
      return FakeWorkStore::claimFrom(lanes, terms);
    }
    std::atomic<int> refusals{2};
  } refusing;
  refusing.notification = store_.notification;
  refusing.put(deliveries(0, 1));
  auto worker = loopOn(refusing, {.slots = 10, .poll = 5ms});
  worker->start();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, TheLastMomentToSendLiesBeforeTheEndOfTheLease) {
  store_.put(deliveries(0, 1));
  auto worker = loop({.slots = 10, .poll = kNever});
  auto before = std::chrono::steady_clock::now();
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  auto deadline = plugins_.channel->messages[0]->deadline;
  EXPECT_GE(deadline, before + 54s);
  EXPECT_LE(deadline, std::chrono::steady_clock::now() + 54s) << "a tenth of the lease is kept back";
  answer(*worker);
}

/// Leases run by the database's clock, and here by one that nobody sets: whatever the host's time of day does, an
/// attempt has the same time.
TEST_F(DeliveryLoopTest, AHostWhoseClockJumpsKeepsItsLeases) {
  const auto before = std::chrono::steady_clock::now();
  auto worker = loop({.slots = 10, .lease_margin = 10s, .poll = kNever});
  worker->start();
  for (auto jump : {-24h, 24h, 0h}) {
    clock_.set(noon() + jump);
    const auto had = sent();
    store_.put(deliveries(static_cast<int>(had), 1));
    worker->wake();
    ASSERT_TRUE(waitUntil(10s, [&] { return sent() == had + 1; }));
    const auto deadline = plugins_.channel->messages.back()->deadline;
    EXPECT_GE(deadline, before + 50s);
    EXPECT_LE(deadline, std::chrono::steady_clock::now() + 50s);
  }
  answer(*worker);
}

TEST_F(DeliveryLoopTest, ClaimsOfPausedQueuesAreParkedAndOthersGoOn) {
  FakePauses pauses;
  pauses.hold({{}, Priority::low, ""});
  QueueGate gate(pauses, directory_);
  gate.reload();
  store_.put(deliveries(0, 3, Priority::low));
  store_.put(deliveries(10, 2, Priority::high));
  store_.read([](auto& store) { return store.fail_parks = 1; });
  auto worker = loop({.slots = 100, .poll = 5ms});
  worker->setGate(gate);
  worker->start();
  EXPECT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.parked.size(); }) == 3; }))
      << "the first try failed, the claims were kept";
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 2; }));
  EXPECT_EQ(worker->inFlight(), 2);
  answer(*worker);
}

TEST_F(DeliveryLoopTest, WhatThePipelinePutsBackIsParkedAndItsSlotFree) {
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return worker->reserve(1) == 1; }));
  worker->putBack(claimNumber(1));
  EXPECT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.parked.size(); }) == 1; }));
  EXPECT_EQ(worker->inFlight(), 0);
}

TEST_F(DeliveryLoopTest, WhatComesClaimedOfAPausedQueueIsParked) {
  FakePauses pauses;
  pauses.hold({{}, Priority::medium, ""});
  QueueGate gate(pauses, directory_);
  gate.reload();
  auto worker = loop({.slots = 10, .poll = kNever});
  worker->setGate(gate);
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return worker->reserve(2) == 2; }));
  worker->begin(handed(0, 2), std::chrono::steady_clock::now());
  EXPECT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.parked.size(); }) == 2; }));
  EXPECT_EQ(worker->inFlight(), 0);
  EXPECT_EQ(sent(), 0u);
}

}  // namespace
}  // namespace belfry::test
