// Doubles found in the transaction that stores them: each strategy, in a group and across groups, beside workers that
// claim.
#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <thread>

#include "dedup_fixture.h"

namespace belfry::pg::test {
namespace {

using DedupIntakeTest = DedupSuite;

TEST_F(DedupIntakeTest, TheFirstGoesAndADoubleIsStoredAsOne) {
  const auto first = claiming("booking-1"), second = claiming("booking-1");
  const auto stored = write(first);
  EXPECT_EQ(stored.doubles, 0u);
  EXPECT_EQ(stored.answer_json, "");
  const auto doubled = write(second);
  EXPECT_EQ(doubled.doubles, 1u);
  EXPECT_EQ(doubled.answer_json, R"({"doubles":1})");
  EXPECT_TRUE(waits(first));
  EXPECT_FALSE(waits(second));
  EXPECT_EQ(status(second), "deduplicated");
  EXPECT_EQ(timeline(second), "accepted queued deduplicated");
  EXPECT_EQ(timeline(first), "accepted queued");
  EXPECT_EQ(count("outbox WHERE type = 'deduplicated' AND seq = 3"), 1);
  EXPECT_EQ(hits(), 1);
  EXPECT_EQ(holder(), first.id.toString());
}

TEST_F(DedupIntakeTest, ADoubleTellsRuleLevelKeyAndFirst) {
  const auto first = claiming("booking-1");
  auto second = claiming("booking-1");
  second.dedup->claims[0].level = DedupLevel::tenant;
  write(first);
  write(second);
  EXPECT_EQ(told(second, "{rule}"), "dedup");
  EXPECT_EQ(told(second, "{level}"), "tenant");
  EXPECT_EQ(told(second, "{value}"), "drop");
  EXPECT_EQ(told(second, "{outcome}"), "dropped");
  EXPECT_EQ(told(second, "{reason}"), "");
  EXPECT_EQ(told(second, "{key,source}"), "given");
  EXPECT_EQ(told(second, "{key,id}"), scalar("SELECT encode(key_hash, 'hex') FROM belfry.dedup_keys"));
  EXPECT_EQ(told(second, "{key,expiresAt}"), formatRfc3339(first.dedup->claims[0].expires_at));
  EXPECT_EQ(told(second, "{first,notification}"), first.id.toString());
  EXPECT_EQ(told(second, "{first,delivery}"), first.deliveries[0].id.toString());
  EXPECT_EQ(stores_->notifications.get(tenant_, second.id)->deliveries[0].state, DeliveryState::deduplicated);
}

TEST_F(DedupIntakeTest, OfDoublesInAGroupTheFirstWins) {
  std::vector<NewNotification> group{claiming("a"), mail(tenant_), claiming("b"), claiming("a"), claiming("a")};
  const auto outcomes = stores_->intake.write(group, kNoClaims);
  EXPECT_EQ(doublesOf(outcomes[0]) + doublesOf(outcomes[1]) + doublesOf(outcomes[2]), 0u);
  EXPECT_EQ(doublesOf(outcomes[3]), 1u);
  EXPECT_EQ(doublesOf(outcomes[4]), 1u);
  EXPECT_EQ(count("work"), 3);
  EXPECT_EQ(hits(), 2);
  EXPECT_EQ(told(group[4], "{first,notification}"), group[0].id.toString());
  const auto later = claiming("a");
  write(later);
  EXPECT_EQ(hits(), 3);
  EXPECT_EQ(told(later, "{first,notification}"), group[0].id.toString());
}

TEST_F(DedupIntakeTest, TenantsChannelsAndKindsOfKeysDoNotMeet) {
  const auto first = claiming("key");
  auto generated = claiming("key"), foreign = claiming("key");
  generated.dedup->claims[0].generated = true;
  foreign.tenant = newTenant();
  const auto texted = claiming("key", DedupStrategy::drop, "{}", {Channel::sms});
  for (const auto& one : {first, generated, foreign, texted}) EXPECT_EQ(write(one).doubles, 0u);
  EXPECT_EQ(count("dedup_keys"), 4);
}

TEST_F(DedupIntakeTest, OnlyTheChannelsThatAreTakenAreDoubles) {
  const auto first = claiming("key");
  const auto both = claiming("key", DedupStrategy::drop, "{}", {Channel::email, Channel::sms});
  write(first);
  EXPECT_EQ(write(both).doubles, 1u);
  EXPECT_FALSE(waits(both, 0));
  EXPECT_TRUE(waits(both, 1));
}

TEST_F(DedupIntakeTest, APushToSeveralDevicesIsOneUnit) {
  auto first = claiming("key", DedupStrategy::replace, "{}", {Channel::push});
  first.deliveries.push_back({DeliveryId::mint(first.created_at), Channel::push, 1});
  auto second = claiming("key", DedupStrategy::replace, "{}", {Channel::push});
  second.deliveries.push_back({DeliveryId::mint(second.created_at), Channel::push, 1});
  EXPECT_EQ(write(first).doubles, 0u);
  EXPECT_TRUE(waits(first, 0) && waits(first, 1));
  EXPECT_EQ(write(second).doubles, 0u);
  EXPECT_FALSE(waits(first, 0) || waits(first, 1));
  EXPECT_TRUE(waits(second, 0) && waits(second, 1));
}

TEST_F(DedupIntakeTest, AnExpiredKeyIsFreeAndCountedIntoItsDay) {
  const auto first = claiming("key");
  write(first);
  write(claiming("key"));
  sql("UPDATE belfry.dedup_keys SET expires_at = now()");
  const auto next = claiming("key");
  EXPECT_EQ(write(next).doubles, 0u);
  EXPECT_EQ(holder(), next.id.toString());
  EXPECT_EQ(hits(), 0);
  EXPECT_EQ(scalar("SELECT keys || ' ' || hits || ' ' || channel FROM belfry.dedup_days"), "1 1 email");
}

TEST_F(DedupIntakeTest, AKeyWhoseHolderWasCalledOffIsFree) {
  const auto first = claiming("key");
  write(first);
  stores_->notifications.cancel(tenant_, first.id, "test");
  const auto next = claiming("key"), last = claiming("key");
  EXPECT_EQ(write(next).doubles, 0u);
  EXPECT_EQ(holder(), next.id.toString());
  EXPECT_EQ(hits(), 0);
  EXPECT_EQ(write(last).doubles, 1u);
}

TEST_F(DedupIntakeTest, AMergeGivesItsDataToTheWaitingOne) {
  const auto first = claiming("key", DedupStrategy::merge, R"({"orderId":"A","items":{"tea":1,"milk":2},"note":"x"})");
  const auto second = claiming("key", DedupStrategy::merge, R"({"items":{"tea":3},"note":null,"gift":true})");
  write(first);
  EXPECT_EQ(write(second).doubles, 1u);
  EXPECT_EQ(dataOf(first), R"({"orderId":"A","items":{"tea":3,"milk":2},"gift":true})");
  EXPECT_EQ(timeline(first), "accepted queued merged");
  EXPECT_EQ(told(first, "{from,notification}"), second.id.toString());
  EXPECT_EQ(told(second, "{outcome}"), "merged");
  EXPECT_EQ(scalar("SELECT seq FROM belfry.work"), "3");
  const auto claims = claimWork(*stores_, {{Priority::medium, 1000}}, 60s, owner_);
  ASSERT_THAT(claims, SizeIs(1));
  EXPECT_EQ(claims[0].notification.request.data_json, dataOf(first));
}

TEST_F(DedupIntakeTest, SeveralMergesOfAGroupAllArrive) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 5; ++i)
    group.push_back(
        claiming("key", DedupStrategy::merge, "{\"m" + std::to_string(i) + "\":" + std::to_string(i) + "}"));
  stores_->intake.write(group, kNoClaims);
  EXPECT_EQ(dataOf(group[0]), R"({"m0":0,"m1":1,"m2":2,"m3":3,"m4":4})");
  EXPECT_EQ(timeline(group[0]), "accepted queued merged merged merged merged");
  EXPECT_EQ(count("work"), 1);
}

TEST_F(DedupIntakeTest, WhatHasBegunIsNeitherMergedNorReplaced) {
  const auto first = claiming("key", DedupStrategy::drop, R"({"a":1})");
  write(first);
  const auto claims = claimAll();
  ASSERT_THAT(claims, SizeIs(1));
  const auto merging = claiming("key", DedupStrategy::merge, R"({"a":2})"),
             replacing = claiming("key", DedupStrategy::replace);
  for (const auto* one : {&merging, &replacing}) {
    EXPECT_EQ(write(*one).doubles, 1u);
    EXPECT_EQ(told(*one, "{outcome}"), "dropped");
    EXPECT_THAT(told(*one, "{reason}"), ::testing::HasSubstr("not waiting"));
  }
  EXPECT_EQ(dataOf(first), R"({"a":1})");
  settleAsSent(claims[0]);
  const auto late = claiming("key", DedupStrategy::replace);
  EXPECT_EQ(write(late).doubles, 1u);
  EXPECT_EQ(status(first), "sent");
}

TEST_F(DedupIntakeTest, DataIsNotMergedWhileAnotherChannelHasBegun) {
  const auto first = claiming("key", DedupStrategy::merge, R"({"a":1})", {Channel::email, Channel::sms});
  write(first);
  sql("UPDATE belfry.work SET state = 'scheduled', due_at = now() + interval '1 hour' WHERE channel = 'sms'");
  ASSERT_THAT(claimAll(), SizeIs(1));
  const auto second = claiming("key", DedupStrategy::merge, R"({"a":2})", {Channel::sms});
  EXPECT_EQ(write(second).doubles, 1u);
  EXPECT_EQ(dataOf(first), R"({"a":1})");
  EXPECT_EQ(told(second, "{outcome}"), "dropped");
}

TEST_F(DedupIntakeTest, MergingDoesNotGetAroundTheLimitOfData) {
  const auto wide = [](char member) {
    return "{\"" + std::string(1, member) + "\":\"" + std::string(200 * 1024, 'x') + "\"}";
  };
  const auto first = claiming("key", DedupStrategy::merge, wide('a')),
             second = claiming("key", DedupStrategy::merge, wide('b'));
  write(first);
  EXPECT_EQ(write(second).doubles, 1u);
  EXPECT_EQ(dataOf(first), wide('a'));
  EXPECT_THAT(told(second, "{reason}"), ::testing::HasSubstr("too large"));
}

TEST_F(DedupIntakeTest, AReplacementTakesThePlaceAndTheKey) {
  const auto first = claiming("key", DedupStrategy::replace);
  auto second = claiming("key", DedupStrategy::replace);
  second.dedup->claims[0].expires_at += 1h;
  write(first);
  EXPECT_EQ(write(second).doubles, 0u);
  EXPECT_EQ(status(first), "deduplicated");
  EXPECT_EQ(told(first, "{outcome}"), "replaced");
  EXPECT_EQ(told(first, "{by,notification}"), second.id.toString());
  EXPECT_FALSE(waits(first));
  EXPECT_TRUE(waits(second));
  EXPECT_EQ(holder(), second.id.toString());
  EXPECT_EQ(hits(), 1);
  EXPECT_EQ(count("dedup_keys WHERE expires_at = " + quoted(formatRfc3339(second.dedup->claims[0].expires_at))), 1);
}

TEST_F(DedupIntakeTest, ReplacementsOfAGroupLeaveTheLast) {
  std::vector<NewNotification> group;
  for (int i = 0; i < 4; ++i) group.push_back(claiming("key", DedupStrategy::replace));
  const auto outcomes = stores_->intake.write(group, kNoClaims);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(doublesOf(outcomes[i]), 1u);
    EXPECT_FALSE(waits(group[i]));
  }
  EXPECT_EQ(doublesOf(outcomes[3]), 0u);
  EXPECT_TRUE(waits(group[3]));
  EXPECT_EQ(holder(), group[3].id.toString());
}

TEST_F(DedupIntakeTest, AReplayOfADoubleSaysThatItWasOne) {
  auto first = claiming("key"), second = claiming("key"), again = claiming("key");
  for (auto* one : {&second, &again})
    one->idempotency =
        IdempotencyClaim{sha256("idempotent"), sha256("request"), R"({"doubles":"none"})", one->created_at + 24h};
  write(first);
  EXPECT_EQ(write(second).answer_json, R"({"doubles":1})");
  const auto replay = stores_->intake.write({&again, 1}, kNoClaims).at(0);
  ASSERT_TRUE(std::holds_alternative<Replayed>(replay));
  EXPECT_EQ(std::get<Replayed>(replay).response_json, R"({"doubles":1})");
  EXPECT_EQ(hits(), 1) << "a replay is no double";
  EXPECT_EQ(count("notifications"), 2);
}

TEST_F(DedupIntakeTest, AGroupThatIsWrittenAgainFindsTheSameDoubles) {
  auto plain = claiming("key"), named = claiming("key");
  named.idempotency = IdempotencyClaim{sha256("i"), sha256("r"), "{}", named.created_at + 24h};
  std::vector<NewNotification> group{claiming("key"), plain, named, mail(tenant_)};
  stores_->intake.write(group, kNoClaims);
  const auto again = stores_->intake.write(group, kNoClaims);
  EXPECT_EQ(doublesOf(again[0]), 0u);
  EXPECT_EQ(std::get<Stored>(again[1]).answer_json, R"({"doubles":1})");
  EXPECT_EQ(std::get<Stored>(again[2]).answer_json, R"({"doubles":1})");
  EXPECT_EQ(count("notifications"), 4);
  EXPECT_EQ(count("work"), 2);
  EXPECT_EQ(hits(), 2);
}

TEST_F(DedupIntakeTest, OfHostsThatWriteAtOnceOneWinsEachKey) {
  constexpr int kHosts = 6, kKeys = 60;
  std::vector<std::vector<NewNotification>> groups(kHosts);
  for (int host = 0; host < kHosts; ++host)
    for (int i = 0; i < kKeys; ++i)
      groups[host].push_back(claiming("at once " + std::to_string(host % 2 ? i : kKeys - 1 - i)));
  std::barrier together(kHosts);
  std::atomic<std::size_t> doubles{0};
  {
    std::vector<std::jthread> threads;
    for (auto& group : groups)
      threads.emplace_back([&] {
        together.arrive_and_wait();
        for (const auto& outcome : stores_->intake.write(group, kNoClaims)) doubles += doublesOf(outcome);
      });
  }
  EXPECT_EQ(doubles, static_cast<std::size_t>((kHosts - 1) * kKeys));
  EXPECT_EQ(count("work"), kKeys);
  EXPECT_EQ(count("dedup_keys"), kKeys);
  EXPECT_EQ(hits(), (kHosts - 1) * kKeys);
  EXPECT_EQ(count("dedup_keys k JOIN belfry.work w ON w.notification_id = k.notification_id"), kKeys);
}

/// Workers that claim, load and settle until told to stop; what each delivery was sent with.
class Workers {
 public:
  explicit Workers(Stores& stores) : stores_(stores) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }

  std::multimap<NotificationId, std::string> finish() {
    EXPECT_TRUE(waitUntil(
        60s, [&] { return stores_.ready.readyLanes(std::nullopt, 1).empty() && !stores_.ready.untilNextDue(); }));
    threads_.clear();
    return std::move(sent_);
  }

 private:
  void run(const std::stop_token& stop) {
    const auto owner = newUuidV7(stores_.clock.now());
    while (!stop.stop_requested()) {
      for (const auto& [claim, content, notification] : claimWork(stores_, {{Priority::medium, 5}}, 60s, owner)) {
        Settlement settlement{claim.tenant, claim.id, claim.attempt, DeliveryState::sent, {}, "mail", {}, {}, {}, {}};
        settlement.events = {{EventType::sent, stores_.clock.now(), claim.attempt, "mail", {}}};
        stores_.work.settle({&settlement, 1});
        std::lock_guard lock(mutex_);
        sent_.emplace(claim.notification, notification.request.data_json);
      }
    }
  }

  Stores& stores_;
  std::mutex mutex_;
  std::multimap<NotificationId, std::string> sent_;
  std::vector<std::jthread> threads_;
};

TEST_F(DedupIntakeTest, NoMergeIsLostBesideWorkersThatClaim) {
  constexpr int kKeys = 150;
  Workers workers(*stores_);
  std::vector<NewNotification> firsts, seconds;
  for (int i = 0; i < kKeys; ++i) {
    firsts.push_back(claiming("race " + std::to_string(i), DedupStrategy::merge, R"({"a":1})"));
    seconds.push_back(claiming("race " + std::to_string(i), DedupStrategy::merge, R"({"b":2})"));
    write(firsts.back());
    write(seconds.back());
  }
  const auto sent = workers.finish();
  int merged = 0;
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_EQ(sent.count(firsts[i].id), 1u);
    EXPECT_EQ(sent.count(seconds[i].id), 0u);
    const bool told_merged = told(seconds[i], "{outcome}") == "merged";
    EXPECT_EQ(sent.find(firsts[i].id)->second, told_merged ? R"({"a":1,"b":2})" : R"({"a":1})");
    merged += told_merged ? 1 : 0;
  }
  RecordProperty("merged", merged);
  EXPECT_EQ(count("work"), 0);
}

TEST_F(DedupIntakeTest, OfAReplacedAndItsReplacementOneIsSentBesideWorkersThatClaim) {
  constexpr int kKeys = 150;
  Workers workers(*stores_);
  std::vector<std::pair<NewNotification, NewNotification>> pairs;
  for (int i = 0; i < kKeys; ++i) {
    const auto key = "race " + std::to_string(i);
    pairs.emplace_back(claiming(key, DedupStrategy::replace), claiming(key, DedupStrategy::replace));
    write(pairs.back().first);
    write(pairs.back().second);
  }
  const auto sent = workers.finish();
  for (const auto& [first, second] : pairs) {
    EXPECT_EQ(sent.count(first.id) + sent.count(second.id), 1u);
    const auto& other = sent.contains(first.id) ? second : first;
    EXPECT_EQ(status(other), "deduplicated");
    EXPECT_EQ(status(sent.contains(first.id) ? first : second), "sent");
  }
  EXPECT_EQ(sent.size(), static_cast<std::size_t>(kKeys));
}

TEST_F(DedupIntakeTest, WhatClaimsNothingTouchesNoKey) {
  std::vector<NewNotification> group{mail(tenant_), mail(tenant_)};
  stores_->intake.write(group, kNoClaims);
  EXPECT_EQ(count("dedup_keys"), 0);
  EXPECT_EQ(count("work"), 2);
}

}  // namespace
}  // namespace belfry::pg::test
