#include "adapters/redis/redis_ready_hints.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Redis/Array.h>
#include <Poco/Redis/Client.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "kit/time.h"
#include "support/test_services.h"
#include "support/wait_until.h"

namespace belfry::redis::test {
namespace {

using namespace std::chrono_literals;
using belfry::test::testServices;
using belfry::test::waitUntil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Log& silentLog() {
  static const Log log(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  return log;
}

TenantId tenantNumber(int number) {
  TenantId tenant;
  tenant.value.bytes.fill(static_cast<std::uint8_t>(number));
  return tenant;
}

Lane laneOf(int tenant, Priority priority = Priority::medium, Channel channel = Channel::email) {
  return {priority, tenantNumber(tenant), channel};
}

/// The real Redis, with keys of the test's own.
class ReadyHintsTest : public ::testing::Test {
 protected:
  ReadyHintsTest() : prefix_("test-" + newUuidV7(SystemClock().now()).toString()) {}

  static std::string url() { return "unix://" + testServices().redis_socket; }

  std::vector<ReadyDelivery> deliveries(const Lane& lane, int count) {
    std::vector<ReadyDelivery> made;
    for (int i = 0; i < count; ++i) made.push_back({lane, DeliveryId::mint(SystemClock().now())});
    return made;
  }

  static std::vector<DeliveryId> idsOf(const std::vector<ReadyDelivery>& ready) {
    std::vector<DeliveryId> ids;
    for (const auto& one : ready) ids.push_back(one.id);
    return ids;
  }

  /// What is taken when Redis is in reach.
  TakenHints take(const ClaimRoom& room) {
    auto taken = hints_.take(room);
    EXPECT_TRUE(taken);
    return taken ? std::move(*taken) : TakenHints{};
  }

  std::map<int, int> takenByTenant(int count) {
    std::map<int, int> taken;
    const auto hints = take({{Priority::medium, count}});
    for (const auto& one : hints.ready) ++taken[one.lane.tenant.value.bytes[0]];
    return taken;
  }

  /// What an operator does to Redis.
  static void tell(std::initializer_list<std::string> words) {
    Poco::Redis::Client client;
    client.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, testServices().redis_socket));
    Poco::Redis::Array command;
    for (const auto& word : words) command << word;
    client.sendCommand(command);
  }

  const std::string prefix_;
  RedisClient taking_{{url()}, silentLog()};
  RedisClient feeding_{{url()}, silentLog()};
  RedisReadyHints hints_{taking_, feeding_, {prefix_, 100}};
};

TEST_F(ReadyHintsTest, WhatIsPushedIsTakenInOrderAndOnce) {
  const auto pushed = deliveries(laneOf(1, Priority::high, Channel::whatsapp), 5);
  hints_.push(pushed);
  const auto first = take({{Priority::high, 3}, {Priority::medium, 10}});
  EXPECT_EQ(idsOf(first.ready), (std::vector{pushed[0].id, pushed[1].id, pushed[2].id}));
  EXPECT_EQ(first.ready[0].lane, pushed[0].lane);
  EXPECT_EQ(idsOf(take({{Priority::high, 10}}).ready), (std::vector{pushed[3].id, pushed[4].id}));
  EXPECT_THAT(take({{Priority::high, 10}}).ready, IsEmpty());
}

TEST_F(ReadyHintsTest, OneTenantsManyKeepNobodyElseWaiting) {
  hints_.push(deliveries(laneOf(1), 90));
  EXPECT_EQ(takenByTenant(10), (std::map<int, int>{{1, 10}}));
  hints_.push(deliveries(laneOf(2), 1));
  hints_.push(deliveries(laneOf(3), 50));
  const auto taken = takenByTenant(30);
  EXPECT_EQ(taken.at(2), 1) << "the next message of another tenant comes with the next take";
  EXPECT_GE(taken.at(3), 10);
  EXPECT_GE(taken.at(1), 10);
}

TEST_F(ReadyHintsTest, TwoThatAlwaysWaitShareEqually) {
  std::map<int, int> served;
  for (int round = 0; round < 40; ++round) {
    hints_.push(deliveries(laneOf(1), 10));
    hints_.push(deliveries(laneOf(2), 3));
    for (auto [tenant, count] : takenByTenant(6)) served[tenant] += count;
  }
  EXPECT_NEAR(served[1], served[2], 12);
}

TEST_F(ReadyHintsTest, ALaneThatWasIdleSavesNothingUp) {
  hints_.push(deliveries(laneOf(1), 100));
  for (int i = 0; i < 4; ++i) takenByTenant(5);
  hints_.push(deliveries(laneOf(2), 100));
  const auto taken = takenByTenant(60);
  EXPECT_NEAR(taken.at(1), 30, 5) << "no more than it would get anyway";
}

TEST_F(ReadyHintsTest, AFullListLeavesTheRestToTheDatabaseUntilItRanEmpty) {
  const auto lane = laneOf(1);
  const auto first = deliveries(lane, 150), later = deliveries(lane, 1);
  hints_.push(first);
  hints_.push(later);
  auto taken = take({{Priority::medium, 100}});
  EXPECT_THAT(taken.ready, SizeIs(100));
  EXPECT_THAT(taken.exhausted, IsEmpty());
  taken = take({{Priority::medium, 100}});
  EXPECT_THAT(taken.ready, IsEmpty()) << "the later one waits behind the fifty in the database";
  EXPECT_THAT(taken.exhausted, ElementsAre(lane));
  EXPECT_THAT(take({{Priority::medium, 100}}).exhausted, IsEmpty()) << "told once";
  const auto ids = idsOf(first);
  hints_.refill(lane, std::span(ids).subspan(100), true);
  taken = take({{Priority::medium, 100}});
  EXPECT_EQ(idsOf(taken.ready), (std::vector(ids.begin() + 100, ids.end())));
  EXPECT_THAT(taken.exhausted, ElementsAre(lane)) << "and more waits";
}

TEST_F(ReadyHintsTest, ARefillComesBeforeWhatWasPushedMeanwhile) {
  const auto old = deliveries(laneOf(1), 2500), fresh = deliveries(laneOf(1), 1);
  hints_.push(fresh);
  const auto ids = idsOf(old);
  hints_.refill(laneOf(1), ids, false);
  auto taken = idsOf(take({{Priority::medium, 2501}}).ready);
  ASSERT_THAT(taken, SizeIs(2501));
  EXPECT_EQ(taken.back(), fresh[0].id);
  taken.pop_back();
  EXPECT_EQ(taken, ids);
}

TEST_F(ReadyHintsTest, LanesWithoutHintsAreTold) {
  hints_.push(deliveries(laneOf(2), 1));
  const std::vector<Lane> lanes{laneOf(1), laneOf(2), laneOf(3, Priority::low)};
  EXPECT_THAT(hints_.withoutHints(lanes), ElementsAre(laneOf(1), laneOf(3, Priority::low)));
  EXPECT_THAT(hints_.withoutHints({}), IsEmpty());
}

TEST_F(ReadyHintsTest, WhatWasLostIsNoticedOnce) {
  EXPECT_TRUE(hints_.lost()) << "a new Redis";
  EXPECT_FALSE(hints_.lost());
  tell({"DEL", "{" + prefix_ + "}:marker"});  // as FLUSHALL does, for this test's keys
  EXPECT_TRUE(hints_.lost());
  EXPECT_FALSE(hints_.lost());
}

TEST_F(ReadyHintsTest, LostConnectionsAndScriptsComeBackByThemselves) {
  hints_.push(deliveries(laneOf(1), 3));
  hints_.lost();
  tell({"SCRIPT", "FLUSH"});
  EXPECT_THAT(hints_.take({{Priority::medium, 1}})->ready, SizeIs(1));
  tell({"CLIENT", "KILL", "TYPE", "normal"});
  EXPECT_TRUE(waitUntil(10s, [&] {
    const auto taken = hints_.take({{Priority::medium, 1}});
    return taken && taken->ready.size() == 1;
  }));
  EXPECT_TRUE(waitUntil(10s, [&] { return hints_.lost(); })) << "what could not be pushed meanwhile is missing";
}

TEST_F(ReadyHintsTest, TwoTakersNeverGetOneHint) {
  constexpr int kHints = 2000;
  RedisReadyHints all(taking_, feeding_, {prefix_, kHints});
  all.push(deliveries(laneOf(1), kHints));
  std::multiset<Uuid> seen;
  std::mutex mutex;
  {
    std::vector<std::jthread> takers;
    for (int i = 0; i < 4; ++i)
      takers.emplace_back([&] {
        RedisClient mine({url()}, silentLog());
        RedisReadyHints hints(mine, mine, {prefix_, kHints});
        for (auto taken = hints.take({{Priority::medium, 7}}); !taken->ready.empty();
             taken = hints.take({{Priority::medium, 7}})) {
          std::lock_guard lock(mutex);
          for (const auto& one : taken->ready) seen.insert(one.id.value);
        }
      });
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kHints));
  EXPECT_EQ(std::set<Uuid>(seen.begin(), seen.end()).size(), seen.size());
}

TEST_F(ReadyHintsTest, WhatIsNoHintHarmsNothing) {
  hints_.push(deliveries(laneOf(1), 1));
  tell({"ZADD", "{" + prefix_ + "}:lanes:2", "-1", "nonsense"});
  tell({"RPUSH", "{" + prefix_ + "}:ready:nonsense", "x"});
  EXPECT_FALSE(hints_.take({{Priority::medium, 5}})) << "refused as a whole, the database is asked";
  EXPECT_FALSE(hints_.reachable());
}

TEST(RedisUrl, SaysWhatItTakes) {
  for (const char* bad : {"", "http://redis", "redis://", "rediss://redis", "nonsense"})
    EXPECT_THROW(RedisClient({bad}, silentLog()), std::invalid_argument) << bad;
  for (const char* good : {"redis://redis", "redis://:secret@redis:6380/2", "unix:///run/redis.sock?database=1"})
    EXPECT_NO_THROW(RedisClient({good}, silentLog())) << good;
}

TEST(RedisAway, NothingThrowsAndNothingWaits) {
  RedisClient client({"unix:///nonexistent/redis.sock"}, silentLog());
  RedisReadyHints hints(client, client, {});
  EXPECT_FALSE(hints.take({{Priority::medium, 1}}));
  EXPECT_FALSE(hints.reachable());
  hints.push(std::vector<ReadyDelivery>{{laneOf(1), {}}});
  EXPECT_THAT(hints.withoutHints(std::vector{laneOf(1)}), IsEmpty());
}

}  // namespace
}  // namespace belfry::redis::test
