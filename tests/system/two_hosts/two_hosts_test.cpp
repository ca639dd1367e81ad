// Two processes on one database: by role, or doing the same. Everything is delivered, nothing twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "support/test_services.h"
#include "support/wait_until.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

/// A host that uses the stage's PostgreSQL and master key.
HostOptions onTheSameDatabase(std::vector<std::string> more) {
  const auto& stage = belfry::test::stage();
  HostOptions options;
  options.embedded = false;
  options.set = {"database.url=" + stage.host.databaseUrl(),
                 "security.master_key_file=" + (stage.host.dataDirectory() / "master.key").string(),
                 "exchange.allow_private_hosts=[127.0.0.1:" + std::to_string(stage.sink.port()) + "]"};
  options.set.insert(options.set.end(), more.begin(), more.end());
  return options;
}

std::size_t mailsFor(const std::string& prefix) {
  const auto messages = stage().sink.messages();
  return static_cast<std::size_t>(std::count_if(messages.begin(), messages.end(), [&](const auto& line) {
    return line.find("[\"" + prefix) != std::string::npos;
  }));
}

std::set<std::string> recipients() {
  std::set<std::string> all;
  for (const auto& line : stage().sink.messages()) {
    const auto kept = parseJson(line);
    if (kept) all.insert(std::string(asView((*kept)["rcpts"][0])));
  }
  return all;
}

TEST(TwoHosts, ShareTheWorkAndDeliverNothingTwice) {
  constexpr int kMails = 200;
  const auto& stage = belfry::test::stage();
  RunningHost second(onTheSameDatabase({}));
  const HttpHeaders admin = {{"X-API-Key", stage.host.adminKey()}};
  for (int i = 0; i < kMails; ++i) {
    const auto& host = i % 2 ? second : stage.host;
    const auto sent = host.send(mailBody("shared" + std::to_string(i) + "@example.test"), "acme", admin);
    ASSERT_EQ(sent.status, 202) << sent.body << sent.error;
  }
  EXPECT_TRUE(waitUntil(60s, [&] { return stage.count("belfry.work") == 0; }));
  EXPECT_EQ(mailsFor("shared"), static_cast<std::size_t>(kMails));
  const auto all = recipients();
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& address) { return address.rfind("shared", 0) == 0; }),
            kMails);
  EXPECT_EQ(second.stop()->code, 0) << second.output();
}

TEST(TwoHosts, AnIdempotencyKeyHoldsForBoth) {
  const auto& stage = belfry::test::stage();
  RunningHost second(onTheSameDatabase({"roles=[api]"}));
  const HttpHeaders headers = {{"X-API-Key", stage.host.adminKey()}, {"Idempotency-Key", "both"}};
  const auto first = stage.host.send(mailBody("both@example.test"), "acme", headers);
  const auto again = second.send(mailBody("both@example.test"), "acme", headers);
  EXPECT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.count("idempotency-replayed"), 1u);
}

TEST(TwoHosts, AChunkThatBothAreSentAtOnceIsTakenOnce) {
  constexpr int kChunks = 20;
  const std::string base = "/api/v1/services/notifications";
  const auto& stage = belfry::test::stage();
  RunningHost second(onTheSameDatabase({"roles=[api]"}));
  const HttpHeaders admin = {{"X-API-Key", stage.host.adminKey()}};
  const auto begun = stage.host.post(
      base + "/send-batch", R"({"totalExpected":41,"notifications":[)" + mailBody("both-begin@example.test") + "]}",
      "acme", admin);
  ASSERT_EQ(begun.status, 202) << begun.body;
  const auto body = [&](int index) {
    const auto mail = mailBody("both-chunk" + std::to_string(index) + "@example.test");
    return R"({"batchId":")" + begun.text("/batchId") + R"(","batchToken":")" + begun.text("/batchToken") +
           R"(","chunkIndex":)" + std::to_string(index) + R"(,"notifications":[)" + mail + "," + mail + "]}";
  };
  for (int i = 1; i <= kChunks; ++i) {
    ApiReply here;
    std::thread other([&] { here = stage.host.post(base + "/send-chunk", body(i), "acme", admin); });
    const auto there = second.post(base + "/send-chunk", body(i), "acme", admin);
    other.join();
    EXPECT_EQ(here.status, 202) << here.body;
    EXPECT_EQ(there.body, here.body);
    EXPECT_EQ(here.headers.count("idempotency-replayed") + there.headers.count("idempotency-replayed"), 1u);
  }
  EXPECT_EQ(stage.count("belfry.notifications WHERE batch_id IS NOT NULL"), 1 + 2 * kChunks);
  EXPECT_EQ(stage.host.get(base + "/batches/" + begun.text("/batchId"), "acme").text("/totalProcessed"), "41");
}

TEST(TwoHosts, FireASchedulesTimeOnceBetweenThem) {
  constexpr int kSchedules = 40;
  const auto& stage = belfry::test::stage();
  RunningHost second(onTheSameDatabase({}));
  for (int i = 0; i < kSchedules; ++i) {
    const auto made = stage.host.post("/api/v1/services/schedules",
                                      R"({"name":"yearly","rule":"0 0 1 1 *","send":)" +
                                          mailBody("fired" + std::to_string(i) + "@example.test") + "}",
                                      "acme");
    ASSERT_EQ(made.status, 201) << made.body;
  }
  const auto fire = [&](const std::string& set) {
    runSql(stage.host.superuserUrl(), "UPDATE belfry.schedules SET held_until = NULL, " + set);
    EXPECT_TRUE(waitUntil(60s, [&] {
      return stage.count("belfry.schedules WHERE firings = 1 AND next_at > now()") == kSchedules &&
             stage.count("belfry.work") == 0;
    }));
  };
  fire("next_at = now() - interval '1 ms'");
  // Both take them again and again, as if each had died before it could write down what it had fired.
  for (int round = 0; round < 3; ++round) fire("next_at = last_fired_at, firings = 0");
  EXPECT_EQ(mailsFor("fired"), static_cast<std::size_t>(kSchedules));
  EXPECT_EQ(stage.count("belfry.schedules WHERE last_problem IS NOT NULL"), 0);
  EXPECT_EQ(second.stop()->code, 0) << second.output();
}

TEST(Roles, AWorkerServesNoApi) {
  const auto& stage = belfry::test::stage();
  RunningHost worker(onTheSameDatabase({"roles=[worker]"}));
  EXPECT_EQ(worker.get("/health/ready").status, 200);
  EXPECT_EQ(worker.get("/metrics").status, 200);
  const HttpHeaders admin = {{"X-API-Key", stage.host.adminKey()}};
  EXPECT_EQ(worker.api("GET", "/api/v1/services/notifications", "", "acme", admin).status, 404);
}

/// Which mail came how early, from 0.
std::map<std::string, std::size_t> placesOf(const std::string& prefix) {
  std::map<std::string, std::size_t> places;
  for (const auto& line : stage().sink.messages()) {
    const auto kept = parseJson(line);
    const std::string address(kept ? asView((*kept)["rcpts"][0]) : "");
    if (address.rfind(prefix, 0) == 0) places.emplace(address, places.size());
  }
  return places;
}

void sendFlood(const std::string& prefix, const std::string& priority) {
  for (int i = 0; i < 40; ++i) {
    const auto sent =
        stage().send(mailBody(prefix + std::to_string(i) + "@example.test", R"(,"priority":")" + priority + "\""));
    ASSERT_EQ(sent.status, 202) << sent.body;
  }
}

/// Sends all that waits, one after the other.
void drainWithOneSlot() {
  RunningHost worker(onTheSameDatabase({"roles=[worker]", "worker.slots=1"}));
  EXPECT_TRUE(waitUntil(60s, [&] { return stage().count("belfry.work") == 0; })) << worker.output();
}

// The first host takes in and sends nothing, so that everything waits when the worker comes. What is critical has slots
// of its own; of the turns of the one other slot 4 of 7 are for what is high and 1 for what is low.
TEST(Roles, AWorkerTakesWhatIsUrgentFirstAndStarvesNobody) {
  auto& stage = belfry::test::stage();
  ASSERT_EQ(stage.host.stop()->code, 0) << stage.host.output();
  stage.host.options().set.push_back("roles=[api, scheduler, relay]");
  stage.host.start();

  sendFlood("flood.low", "low");
  ASSERT_EQ(stage.send(mailBody("flood.low.urgent@example.test", R"(,"priority":"urgent")")).status, 202);
  EXPECT_TRUE(linesTo(stage.sink, "flood.low0@example.test").empty());
  drainWithOneSlot();
  const auto low = placesOf("flood.low");
  ASSERT_EQ(low.size(), 41u);
  EXPECT_LT(low.at("flood.low.urgent@example.test"), 15u);

  sendFlood("flood.high", "high");
  ASSERT_EQ(stage.send(mailBody("flood.high.low@example.test", R"(,"priority":"low")")).status, 202);
  drainWithOneSlot();
  const auto high = placesOf("flood.high");
  ASSERT_EQ(high.size(), 41u);
  EXPECT_LT(high.at("flood.high.low@example.test"), 35u);
}

}  // namespace

Stage& stage() {
  static Stage the_one;
  return the_one;
}

}  // namespace belfry::test
