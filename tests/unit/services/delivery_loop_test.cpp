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

  std::unique_ptr<DeliveryLoop> loop(DeliveryLoopSettings settings) {
    return std::make_unique<DeliveryLoop>(store_, pipeline_, clock_, silentLog(), settings);
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
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.claims; }) > 0; }));
  store_.put(deliveries(0, 1));
  worker->wake();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, LooksByItselfAfterThePoll) {
  auto worker = loop({.slots = 10, .poll = 5ms});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.claims; }) > 2; }));
  store_.put(deliveries(0, 1));
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(*worker);
}

TEST_F(DeliveryLoopTest, WakesWhenTheNextDeliveryBecomesDue) {
  class Late final : public FakeWorkStore {
   public:
    explicit Late(StillClock& clock) : clock_(clock) {}
    std::vector<ClaimedDelivery> claim(const ClaimRoom& room, Duration lease, const Uuid& owner) override {
      return due ? FakeWorkStore::claim(room, lease, owner) : std::vector<ClaimedDelivery>();
    }
    std::optional<TimePoint> nextDue() override {
      if (due) return FakeWorkStore::nextDue();
      due = true;  // and it is, once this wait is over
      return clock_.now() + 20ms;
    }
    std::atomic<bool> due{false};

   private:
    StillClock& clock_;
  } late(clock_);
  late.notification = store_.notification;
  late.put(deliveries(0, 1));
  DeliveryLoop worker(late, pipeline_, clock_, silentLog(), {.slots = 10, .poll = kNever});
  worker.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(worker);
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
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.claims; }) > 0; }));
  worker->drain(in(10s));
  const int claims = store_.claims;
  store_.put(deliveries(0, 1));
  worker->wake();
  EXPECT_EQ(store_.claims, claims);
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
  store_.fail_loads = 1;
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
  store_.fail_loads = 1;
  store_.put(deliveries(0, 5));
  auto worker = loop({.slots = 100, .poll = kNever});
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return store_.read([](auto& store) { return store.fail_loads; }) <= 0; }));
  worker->drain(in(10s));
  EXPECT_THAT(store_.released, SizeIs(5));
}

TEST_F(DeliveryLoopTest, ARefusedStatementDoesNotEndTheLoop) {
  class Refusing final : public FakeWorkStore {
   public:
    std::vector<ClaimedDelivery> claim(const ClaimRoom& room, Duration lease, const Uuid& owner) override {
      if (refusals-- > 0) throw StoreRejected("permission denied");
      return FakeWorkStore::claim(room, lease, owner);
    }
    std::atomic<int> refusals{2};
  } refusing;
  refusing.notification = store_.notification;
  refusing.put(deliveries(0, 1));
  DeliveryLoop worker(refusing, pipeline_, clock_, silentLog(), {.slots = 10, .poll = 5ms});
  worker.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  answer(worker);
}

TEST_F(DeliveryLoopTest, TheLastMomentToSendLiesBeforeTheEndOfTheLease) {
  store_.put(deliveries(0, 1));
  auto worker = loop({.slots = 10, .lease = 60000ms, .poll = kNever});
  auto before = std::chrono::steady_clock::now();
  worker->start();
  ASSERT_TRUE(waitUntil(10s, [&] { return sent() == 1; }));
  auto deadline = plugins_.channel->messages[0]->deadline;
  EXPECT_GE(deadline, before + 54s);
  EXPECT_LE(deadline, std::chrono::steady_clock::now() + 54s) << "a tenth of the lease is kept back";
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
  std::unique_ptr<DeliveryLoop> worker;
  FakePauses pauses;
  QueueGate gate(pauses, directory_);
  pipeline_.setGate(gate, [&](const ClaimedDelivery& claim) { worker->putBack(claim); });
  // The pause comes between the look at the claim and the choice of a provider.
  class Paused final : public FakeWorkStore {
   public:
    Paused(FakePauses& pauses, QueueGate& gate) : pauses_(pauses), gate_(gate) {}
    std::vector<std::optional<LoadedNotification>> load(std::span<const ClaimedDelivery> claimed) override {
      pauses_.hold({{}, {}, "mail"});
      gate_.reload();
      return FakeWorkStore::load(claimed);
    }

   private:
    FakePauses& pauses_;
    QueueGate& gate_;
  } late(pauses, gate);
  late.notification = store_.notification;
  late.put(deliveries(0, 1));
  worker = std::make_unique<DeliveryLoop>(late, pipeline_, clock_, silentLog(),
                                          DeliveryLoopSettings{.slots = 1, .poll = kNever});
  worker->setGate(gate);
  worker->start();
  EXPECT_TRUE(waitUntil(10s, [&] { return late.read([](auto& store) { return store.parked.size(); }) == 1; }));
  EXPECT_EQ(worker->inFlight(), 0);
  EXPECT_EQ(settled_, 0);
  EXPECT_EQ(sent(), 0u);
  worker->drain(in(10s));
}

TEST_F(DeliveryLoopTest, AFarDueTimeIsNoTrouble) {
  class Parked final : public FakeWorkStore {
   public:
    std::optional<TimePoint> nextDue() override {
      ++asked;
      return noon() + std::chrono::hours(24 * 366 * 1000);
    }
    std::atomic<int> asked{0};
  } far;
  far.notification = store_.notification;
  DeliveryLoop worker(far, pipeline_, clock_, silentLog(), {.slots = 10, .poll = 5ms});
  worker.start();
  EXPECT_TRUE(waitUntil(10s, [&] { return far.asked > 3; })) << "it looks again after the poll";
}

}  // namespace
}  // namespace belfry::test
