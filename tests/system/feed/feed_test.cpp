// The feed through the API: order, waiting, replay, statistics, what is refused; and two hosts that share it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>

#include "support/test_services.h"
#include "support/wait_until.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string kFeed = "/api/v1/admin/feed";
const std::string kSinks = kFeed + "/sinks";
const std::string kStatistics = "/api/v1/admin/statistics";

struct Event {
  long pos;
  std::string delivery;
  long seq;
  std::string type;
};

void appendEvents(std::vector<Event>& events, const ApiReply& page) {
  for (std::size_t i = 0; i < page.size("/items"); ++i) {
    const auto item = "/items/" + std::to_string(i);
    events.push_back({std::stol(page.text(item + "/pos")), page.text(item + "/deliveryId"),
                      std::stol(page.text(item + "/seq")), page.text(item + "/type")});
  }
}

std::string after(const ApiReply& page) { return page.text("/nextAfter"); }

/// Everything from a position on, page by page, until the feed has nothing more.
std::vector<Event> readAll(const RunningHost& host, std::string from = "0", const std::string& tenant = "acme") {
  std::vector<Event> events;
  for (;;) {
    const auto page = host.get(kFeed + "?limit=3&after=" + from, tenant);
    EXPECT_EQ(page.status, 200) << page.body;
    if (page.status != 200 || (page.size("/items") == 0 && after(page) == from)) return events;
    appendEvents(events, page);
    from = after(page);
  }
}

/// Where the feed ends, once everything that was committed is in it.
std::string endOfFeed() {
  EXPECT_TRUE(waitUntil(30s, [] { return stage().count("belfry.work") + stage().count("belfry.outbox") == 0; }));
  const auto sinks = stage().host.get(kSinks);
  return sinks.text("/items/0/head");
}

/// The statistics sink has read everything and takes nothing back.
bool sinkIsUpToDate(const RunningHost& host) {
  const auto sinks = host.get(kSinks);
  return sinks.status == 200 && stage().count("belfry.outbox") == 0 && sinks.text("/items/0/lag/events") == "0" &&
         sinks.text("/items/0/rewindingTo") == "null";
}

/// Every row of the statistics, in a fixed order.
std::string statisticsTable() {
  return runSql(stage().host.superuserUrl(),
                "SELECT coalesce(string_agg(s::text, ';' ORDER BY s::text), '') FROM belfry.delivery_statistics s")
      .at(0)
      .at(0);
}

HttpHeaders keyOfTenant(const std::string& tenant, const std::string& role) {
  const auto key = stage().host.post("/api/v1/admin/keys", R"({"name":"feed test","roles":[")" + role + "\"]}", tenant);
  EXPECT_EQ(key.status, 201) << key.body;
  return {{"X-API-Key", key.text("/key")}};
}

TEST(Feed, TellsWhatHappenedToEachDeliveryInOrder) {
  const auto start = endOfFeed();
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 10; ++i) {
    const bool bounces = i % 3 == 0;
    const auto sent =
        stage().sendAndWait(mailBody((bounces ? "reject-550+feed" : "feed") + std::to_string(i) + "@example.test"),
                            bounces ? "bounced" : "sent");
    expected[sent.text("/deliveries/0/id")] = bounces ? "queued bounced " : "queued sent ";
  }
  endOfFeed();
  std::map<std::string, std::string> told;
  std::map<std::string, long> last_seq;
  long last_pos = std::stol(start);
  for (const auto& event : readAll(stage().host, start)) {
    EXPECT_GT(event.pos, last_pos);
    last_pos = event.pos;
    EXPECT_GT(event.seq, last_seq[event.delivery]);
    last_seq[event.delivery] = event.seq;
    told[event.delivery] += event.type + " ";
  }
  EXPECT_EQ(told, expected);
}

TEST(Feed, ALongPollWakesOnTheNextEvent) {
  const auto start = endOfFeed();
  auto waiting = std::async(std::launch::async,
                            [&] { return stage().host.get(kFeed + "?waitSeconds=30&after=" + start, "acme"); });
  ASSERT_TRUE(waitUntil(10s, [] {
    return stage().host.get("/metrics").body.find("belfry_feed_waiting_requests 1") != std::string::npos;
  }));
  // Of another tenant: it goes on waiting.
  ASSERT_EQ(stage().host.send(mailBody("neighbour@example.test"), "other").status, 202);
  EXPECT_TRUE(waitUntil(10s, [] { return stage().count("belfry.outbox") == 0; }));
  EXPECT_EQ(waiting.wait_for(0s), std::future_status::timeout);
  const auto sent = stage().send(mailBody("awaited@example.test"));
  const auto page = waiting.get();
  ASSERT_EQ(page.status, 200) << page.body << page.error;
  ASSERT_GE(page.size("/items"), 1u);
  EXPECT_EQ(page.text("/items/0/notificationId"), sent.text("/id"));
  EXPECT_EQ(page.text("/items/0/type"), "queued");
  EXPECT_EQ(page.text("/items/0/attempt"), "null");
}

TEST(Feed, AWaitThatNothingEndsIsAnsweredEmpty) {
  const auto start = endOfFeed();
  const auto page = stage().host.get(kFeed + "?waitSeconds=1&after=" + start, "acme");
  EXPECT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.size("/items"), 0u);
  EXPECT_EQ(after(page), start);
  const auto beyond = stage().host.get(kFeed + "?waitSeconds=1&after=9007199254740991", "acme");
  EXPECT_EQ(beyond.status, 200) << beyond.body;
  EXPECT_EQ(after(beyond), "9007199254740991");
}

TEST(Feed, ATenantSeesItsOwnOnly) {
  const auto start = endOfFeed();
  stage().sendAndWait(mailBody("own@example.test"));
  endOfFeed();
  EXPECT_TRUE(readAll(stage().host, start, "other").empty());
  const auto key = keyOfTenant("other", "notification-admin");
  EXPECT_EQ(stage().host.api("GET", kFeed + "?after=" + start, "", "", key).size("/items"), 0u);
  EXPECT_EQ(stage().host.api("GET", kFeed + "?after=" + start, "", "acme", key).status, 403);
  EXPECT_EQ(stage().host.api("GET", kFeed, "", "", keyOfTenant("acme", "notification-viewer")).status, 403);
}

TEST(Feed, RefusesWhatIsNoQuestion) {
  for (const auto& [query, pointer, code] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"after=x", "?after", "malformed"},
           {"after=", "?after", "malformed"},
           {"after=-1", "?after", "out_of_range"},
           {"after=9007199254740992", "?after", "out_of_range"},
           {"limit=0", "?limit", "out_of_range"},
           {"limit=201", "?limit", "out_of_range"},
           {"waitSeconds=31", "?waitSeconds", "out_of_range"},
           {"waitSeconds=-1", "?waitSeconds", "out_of_range"},
           {"cursor=abc", "?cursor", "unknown_field"},
           {"after=1&after=2", "?after", "duplicate"}}) {
    const auto reply = stage().host.get(kFeed + "?" + query, "acme");
    EXPECT_EQ(reply.status, 422) << query;
    EXPECT_EQ(reply.text("/errors/0/pointer"), pointer) << query;
    EXPECT_EQ(reply.text("/errors/0/code"), code) << query;
    EXPECT_NE(reply.text("/errors/0/allowed"), "") << query;
  }
}

TEST(Feed, ReplayOfStatisticsLeavesTheSameTotals) {
  for (int i = 0; i < 5; ++i) stage().sendAndWait(mailBody("again" + std::to_string(i) + "@example.test"));
  const auto end = endOfFeed();
  ASSERT_TRUE(waitUntil(30s, [] { return sinkIsUpToDate(stage().host); }));
  const auto before = statisticsTable();
  const auto replay = stage().host.post(kSinks + "/statistics/replay", R"({"after":0})");
  ASSERT_EQ(replay.status, 200) << replay.body;
  EXPECT_EQ(replay.text("/sink"), "statistics");
  EXPECT_EQ(replay.text("/rewindingTo"), "0");
  EXPECT_TRUE(waitUntil(30s, [] { return sinkIsUpToDate(stage().host); }));
  EXPECT_EQ(stage().host.get(kSinks).text("/items/0/position"), end);
  EXPECT_EQ(statisticsTable(), before);
}

TEST(Feed, ReplayIsRefusedWhereItWouldNotBeRight) {
  const auto sink = kSinks + "/statistics/replay";
  const auto unknown = stage().host.post(kSinks + "/kafka/replay", R"({"after":0})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("statistics"));
  for (const auto* body : {"{}", R"({"after":-1})", R"({"after":"1"})", R"({"after":1.5})", R"({"after":0,"x":1})"})
    EXPECT_EQ(stage().host.post(sink, body).status, 422) << body;
  const auto ahead = stage().host.post(sink, R"({"after":9007199254740991})");
  EXPECT_EQ(ahead.status, 422) << ahead.body;
  EXPECT_EQ(ahead.text("/errors/0/pointer"), "/after");
  // What every tenant's admin may do ends where other tenants begin.
  const auto key = keyOfTenant("acme", "notification-admin");
  EXPECT_EQ(stage().host.api("POST", sink, R"({"after":0})", "", key).status, 403);
  EXPECT_EQ(stage().host.api("GET", kSinks, "", "", key).status, 403);
}

TEST(Statistics, CountWhatWasSent) {
  const auto count = [](const ApiReply& reply, const std::string& type) {
    for (std::size_t i = 0; i < reply.size("/total/events"); ++i) {
      const auto entry = "/total/events/" + std::to_string(i);
      if (reply.text(entry + "/type") == type) return std::stol(reply.text(entry + "/count"));
    }
    return 0L;
  };
  endOfFeed();
  ASSERT_TRUE(waitUntil(30s, [] { return sinkIsUpToDate(stage().host); }));
  const auto before = stage().host.get(kStatistics, "acme");
  ASSERT_EQ(before.status, 200) << before.body;
  for (int i = 0; i < 3; ++i) stage().sendAndWait(mailBody("counted" + std::to_string(i) + "@example.test"));
  stage().sendAndWait(mailBody("reject-550+counted@example.test"), "bounced");
  endOfFeed();
  ASSERT_TRUE(waitUntil(30s, [] { return sinkIsUpToDate(stage().host); }));
  const auto seen = stage().host.get(kStatistics, "acme");
  EXPECT_EQ(count(seen, "sent") - count(before, "sent"), 3) << seen.body;
  EXPECT_EQ(count(seen, "bounced") - count(before, "bounced"), 1) << seen.body;
  EXPECT_EQ(count(seen, "queued") - count(before, "queued"), 4) << seen.body;
  const auto of_mail = stage().host.get(kStatistics + "?channel=email&provider=acme-smtp&step=PT1M", "acme");
  EXPECT_EQ(of_mail.text("/stepSeconds"), "60");
  EXPECT_EQ(count(of_mail, "sent"), count(seen, "sent"));
  EXPECT_EQ(count(of_mail, "queued"), 0) << "no provider was asked yet";
  EXPECT_EQ(stage().host.get(kStatistics + "?channel=sms", "acme").size("/total/events"), 0u);
}

TEST(Statistics, RefuseWhatIsNoQuestion) {
  for (const auto& [query, pointer] :
       std::vector<std::pair<std::string, std::string>>{{"step=PT90S", "?step"},
                                                        {"step=PT0S", "?step"},
                                                        {"step=5m", "?step"},
                                                        {"from=2020-01-01T00:00:00Z&step=PT1M", "?step"},
                                                        {"from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "?from"},
                                                        {"from=yesterday", "?from"},
                                                        {"channel=pigeon", "?channel"},
                                                        {"provider=", "?provider"},
                                                        {"limit=5", "?limit"}}) {
    const auto reply = stage().host.get(kStatistics + "?" + query, "acme");
    EXPECT_EQ(reply.status, 422) << query << reply.body;
    EXPECT_EQ(reply.text("/errors/0/pointer"), pointer) << query;
    EXPECT_NE(reply.text("/errors/0/allowed"), "") << query;
  }
}

/// A host on the stage's PostgreSQL.
HostOptions onTheSameDatabase(std::vector<std::string> more) {
  HostOptions options;
  options.embedded = false;
  options.set = {"database.url=" + stage().host.databaseUrl(),
                 "security.master_key_file=" + (stage().host.dataDirectory() / "master.key").string(),
                 "exchange.allow_private_hosts=[127.0.0.1:" + std::to_string(stage().sink.port()) + "]"};
  options.set.insert(options.set.end(), more.begin(), more.end());
  return options;
}

TEST(FeedOfTwoHosts, WhoeverWaitsAtOneHearsWhatHappensAtTheOther) {
  const RunningHost other(onTheSameDatabase({"roles=[api]"}));
  const HttpHeaders admin = {{"X-API-Key", stage().host.adminKey()}};
  const auto start = endOfFeed();
  auto waiting = std::async(std::launch::async, [&] {
    return other.api("GET", kFeed + "?waitSeconds=30&after=" + start, "", "acme", admin);
  });
  ASSERT_TRUE(waitUntil(
      10s, [&] { return other.get("/metrics").body.find("belfry_feed_waiting_requests 1") != std::string::npos; }));
  const auto sent = stage().send(mailBody("elsewhere@example.test"));
  const auto page = waiting.get();
  ASSERT_EQ(page.status, 200) << page.body << page.error;
  EXPECT_EQ(page.text("/items/0/notificationId"), sent.text("/id"));
}

TEST(FeedOfTwoHosts, WhenOneIsKilledTheOtherSequencesAndCountsOn) {
  constexpr int kMails = 60;
  RunningHost other(onTheSameDatabase({"worker.lease_ms=5000"}));
  const HttpHeaders admin = {{"X-API-Key", stage().host.adminKey()}};
  const auto start = endOfFeed();
  for (int i = 0; i < kMails; ++i) {
    const auto& host = i % 2 ? other : stage().host;
    ASSERT_EQ(host.send(mailBody("two" + std::to_string(i) + "@example.test"), "acme", admin).status, 202);
  }
  other.kill();
  EXPECT_TRUE(waitUntil(90s, [] { return stage().count("belfry.work") + stage().count("belfry.outbox") == 0; }));
  ASSERT_TRUE(waitUntil(30s, [] { return sinkIsUpToDate(stage().host); }));
  std::map<std::string, long> last_seq;
  std::map<std::string, int> sent;
  for (const auto& event : readAll(stage().host, start)) {
    EXPECT_GT(event.seq, last_seq[event.delivery]);
    last_seq[event.delivery] = event.seq;
    sent[event.delivery] += event.type == "sent";
  }
  EXPECT_EQ(sent.size(), static_cast<std::size_t>(kMails));
  for (const auto& [delivery, times] : sent) EXPECT_EQ(times, 1) << delivery;
  const auto rows = runSql(stage().host.superuserUrl(),
                           "SELECT (SELECT sum(count) FROM belfry.delivery_statistics), (SELECT head FROM "
                           "belfry.feed_ends)");
  EXPECT_EQ(rows.at(0).at(0), rows.at(0).at(1)) << "each event is counted once";
}

TEST(FeedAtTheEnd, StoppingAnswersWhoeverWaits) {
  const auto start = endOfFeed();
  auto waiting = std::async(std::launch::async,
                            [&] { return stage().host.get(kFeed + "?waitSeconds=30&after=" + start, "acme"); });
  ASSERT_TRUE(waitUntil(10s, [] {
    return stage().host.get("/metrics").body.find("belfry_feed_waiting_requests 1") != std::string::npos;
  }));
  EXPECT_EQ(stage().host.stop()->code, 0) << stage().host.output();
  EXPECT_EQ(waiting.get().status, 200);
  stage().host.start();
  // What is no longer kept is said, with where to go on.
  runSql(stage().host.superuserUrl(),
         "UPDATE belfry.feed_ends SET pruned_to = 3; DELETE FROM belfry.feed WHERE pos <= 3");
  const auto gone = stage().host.get(kFeed + "?after=2", "acme");
  EXPECT_EQ(gone.status, 410) << gone.body;
  EXPECT_EQ(gone.text("/code"), "gone");
  EXPECT_THAT(gone.text("/detail"), HasSubstr("after=3"));
  EXPECT_EQ(stage().host.post(kSinks + "/statistics/replay", R"({"after":2})").status, 410);
  const auto kept = stage().host.get(kFeed + "?limit=1", "acme");
  EXPECT_EQ(kept.status, 200);
  EXPECT_GT(std::stol(after(kept)), 3);
}

}  // namespace

Stage& stage() {
  static Stage the_one;
  return the_one;
}

}  // namespace belfry::test
