// Recurring schedules on the real host: they fire, rest, end, and tell what went wrong. A rule fires once a year here,
// and its next time is set into the past by SQL, since cron knows nothing shorter than a minute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/time.h"
#include "support/test_services.h"
#include "support/wait_until.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kSchedules = "/api/v1/services/schedules";

std::string scheduleBody(const std::string& address, const std::string& more = "") {
  return R"({"name":"yearly","rule":"0 0 1 1 *","timezone":"UTC","send":)" + mailBody(address) + more + "}";
}

std::string made(const std::string& body) {
  const auto reply = stage().host.post(kSchedules, body, "acme");
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.text("/id");
}

ApiReply read(const std::string& id) { return stage().host.get(kSchedules + "/" + id, "acme"); }

void makeDue(const std::string& id, const std::string& ago = "1 ms") {
  runSql(stage().host.superuserUrl(),
         "UPDATE belfry.schedules SET next_at = now() - interval '" + ago + "' WHERE id = '" + id + "'");
}

/// Waits until a number of it has this value; the schedule.
ApiReply waitFor(const std::string& id, const std::string& pointer, const std::string& value) {
  EXPECT_TRUE(waitUntil(30s, [&] { return read(id).text(pointer) == value; })) << read(id).body;
  return read(id);
}

TEST(Recurring, AScheduleFiresOnceAtItsTime) {
  const auto id = made(scheduleBody("yearly@example.test"));
  EXPECT_EQ(read(id).size("/upcoming"), 5u);
  EXPECT_EQ(read(id).text("/send/recipient/email"), "y***@example.test");
  makeDue(id);
  const auto fired = waitFor(id, "/firings", "1");
  EXPECT_THAT(fired.text("/nextAt"), HasSubstr("-01-01T00:00:00"));
  EXPECT_EQ(fired.text("/lastProblem"), "null");
  const auto notification = stage().host.waitForStatus(fired.text("/lastNotificationId"), "sent", "acme");
  EXPECT_EQ(notification.text("/status"), "sent") << notification.body;
  EXPECT_EQ(linesTo(stage().sink, "yearly@example.test").size(), 1u);
}

TEST(Recurring, AFiringIsMadeOnceThoughItIsTakenTwice) {
  const auto id = made(scheduleBody("twice@example.test"));
  makeDue(id);
  const auto fired = waitFor(id, "/firings", "1");
  // As if the process had died between the notification and the record of it.
  runSql(stage().host.superuserUrl(),
         "UPDATE belfry.schedules SET next_at = last_fired_at, firings = 0 WHERE id = '" + id + "'");
  EXPECT_EQ(waitFor(id, "/firings", "1").text("/lastNotificationId"), fired.text("/lastNotificationId"));
  stage().host.waitForStatus(fired.text("/lastNotificationId"), "sent", "acme");
  EXPECT_EQ(linesTo(stage().sink, "twice@example.test").size(), 1u);
}

TEST(Recurring, EndsWithItsCount) {
  const auto id = made(scheduleBody("counted@example.test", R"(,"count":1)"));
  makeDue(id);
  const auto ended = waitFor(id, "/state", "ended");
  EXPECT_EQ(ended.text("/firings"), "1");
  EXPECT_EQ(ended.text("/nextAt"), "null");
  EXPECT_EQ(stage().host.post(kSchedules + "/" + id + "/resume", "", "acme").status, 409);
  EXPECT_EQ(stage().host.api("PUT", kSchedules + "/" + id, scheduleBody("x@example.test"), "acme").status, 409);
}

TEST(Recurring, APausedOneRestsAndARemovedOneIsGone) {
  const auto id = made(scheduleBody("paused@example.test"));
  const auto path = kSchedules + "/" + id;
  const auto paused = stage().host.post(path + "/pause", "", "acme");
  EXPECT_EQ(paused.text("/state"), "paused") << paused.body;
  EXPECT_EQ(paused.text("/nextAt"), "null");
  EXPECT_EQ(stage().host.post(path + "/pause", "", "acme").status, 409);
  const auto resumed = stage().host.post(path + "/resume", "", "acme");
  EXPECT_EQ(resumed.text("/state"), "active") << resumed.body;
  const auto replaced =
      stage().host.api("PUT", path, scheduleBody("other@example.test", R"(,"misfire":"defer")"), "acme");
  EXPECT_EQ(replaced.text("/misfire"), "defer") << replaced.body;
  EXPECT_EQ(stage().host.api("DELETE", path, "", "other").status, 404) << "another tenant's";
  EXPECT_EQ(stage().host.api("DELETE", path, "", "acme").status, 200);
  EXPECT_EQ(read(id).status, 404);
}

TEST(Recurring, ALateFiringFollowsThePolicy) {
  const auto id = made(scheduleBody("skipped@example.test", R"(,"misfire":"skip")"));
  makeDue(id, "1 h");
  EXPECT_EQ(waitFor(id, "/missed", "1").text("/firings"), "0");
  const auto deferred = made(scheduleBody("deferred@example.test", R"(,"misfire":"defer")"));
  makeDue(deferred, "1 h");
  const auto fired = waitFor(deferred, "/firings", "1");
  const auto notification = stage().host.notification(fired.text("/lastNotificationId"), "acme");
  EXPECT_EQ(notification.text("/status"), "scheduled");
  EXPECT_GT(*parseRfc3339(notification.text("/scheduledAt")), SystemClock().now() + 22h);
}

TEST(Recurring, ARefusedFiringIsTold) {
  const auto box = stage().host.post("/api/v1/admin/providers", R"({"id":"box","plugin":"inbox"})", "acme");
  ASSERT_EQ(box.status, 201) << box.body;
  const auto id = made(
      R"({"name":"x","rule":"0 0 1 1 *","send":{"channel":"inapp","recipient":{"userId":"ada"},"content":{"title":"x"}}})");
  ASSERT_EQ(stage().host.api("DELETE", "/api/v1/admin/providers/box", "", "acme").status, 200);
  makeDue(id);
  ASSERT_TRUE(waitUntil(30s, [&] { return read(id).text("/lastProblem") != "null"; }));
  EXPECT_THAT(read(id).text("/lastProblem"), HasSubstr("/send/channel tenant 'acme' has no enabled provider"));
  EXPECT_EQ(read(id).text("/firings"), "0");
  EXPECT_EQ(read(id).text("/state"), "active") << "its next time is tried";
}

TEST(Recurring, WhatIsWrongIsRefusedWhenItIsMade) {
  const std::string good = R"("send":)" + mailBody("x@example.test");
  const std::tuple<std::string, const char*, const char*> kRefusals[] = {
      {R"({"name":"x","rule":"0 0 30 2 *",)" + good + "}", "/rule", "never_fires"},
      {R"({"name":"x","rule":"0 25 * * *",)" + good + "}", "/rule", "malformed"},
      {R"({"name":"x","rule":"often",)" + good + "}", "/rule", "malformed"},
      {R"({"rule":"0 9 * * *",)" + good + "}", "/name", "required"},
      {R"({"name":"x","rule":"0 9 * * *"})", "/send", "required"},
      {R"({"name":"x","rule":"0 9 * * *","send":[]})", "/send", "wrong_type"},
      {R"({"name":"x","rule":"0 9 * * *","timezone":"Europe/Atlantis",)" + good + "}", "/timezone", "not_found"},
      {R"({"name":"x","rule":"0 9 * * *","endsAt":"2020-01-01T00:00:00Z",)" + good + "}", "/endsAt", "in_the_past"},
      {R"({"name":"x","rule":"0 9 * * *","startsAt":"2099-01-01T00:00:00Z",)" + good + "}", "/startsAt",
       "out_of_range"},
      {R"({"name":"x","rule":"0 9 * * *","count":0,)" + good + "}", "/count", "out_of_range"},
      {R"({"name":"x","rule":"0 9 * * *","misfire":"later",)" + good + "}", "/misfire", "not_allowed"},
      {R"({"name":"x","rule":"0 9 * * *","every":"day",)" + good + "}", "/every", "unknown_field"},
      {R"({"name":"x","rule":"0 9 * * *","send":)" + mailBody("x@example.test", R"(,"delay":"PT1H")") + "}",
       "/send/delay", "not_allowed"},
      {R"({"name":"x","rule":"0 9 * * *","send":)" + mailBody("nobody") + "}", "/send/recipient/email",
       "not_an_address"},
      {R"({"name":"x","rule":"0 9 * * *","send":{"channel":"email","recipientUserId":"x@example.test","body":"x","scheduledAt":"2030-01-01T00:00:00Z"}})",
       "/send/scheduledAt", "not_allowed"}};
  const auto before = stage().count("belfry.schedules");
  for (const auto& [body, pointer, code] : kRefusals) {
    const auto reply = stage().host.post(kSchedules, body, "acme");
    EXPECT_EQ(reply.status, 422) << body << reply.body;
    EXPECT_EQ(reply.text("/errors/0/pointer"), pointer) << body << reply.body;
    EXPECT_EQ(reply.text("/errors/0/code"), code) << body << reply.body;
  }
  EXPECT_EQ(stage().count("belfry.schedules"), before);
  EXPECT_EQ(stage().host.get(kSchedules + "?state=late", "acme").status, 422);
  EXPECT_EQ(read("nonsense").status, 404);
}

}  // namespace
}  // namespace belfry::test
