// Sends at a local time, sends that come late, and sends that get another time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/local_time.h"
#include "support/test_services.h"
#include "support/wait_until.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kSends = "/api/v1/services/notifications/";

TimePoint now() { return SystemClock().now(); }

void sql(const std::string& statement) { runSql(stage().host.superuserUrl(), statement); }

/// Refused with one field error, which says what is allowed; nothing is kept.
void expectRefused(const std::string& more, const std::string& pointer, const std::string& code) {
  const auto before = stage().count("belfry.notifications");
  const auto reply = stage().send(mailBody("refused@example.test", more));
  EXPECT_EQ(reply.status, 422) << more << reply.body;
  EXPECT_EQ(reply.text("/errors/0/pointer"), pointer) << more << reply.body;
  EXPECT_EQ(reply.text("/errors/0/code"), code) << more << reply.body;
  EXPECT_NE(reply.text("/errors/0/allowed"), "") << more;
  EXPECT_EQ(stage().count("belfry.notifications"), before);
}

TEST(LocalTime, IsThatOfTheZoneNamed) {
  const LocalTime soon(std::chrono::ceil<std::chrono::seconds>(now() + 1s).time_since_epoch());
  const auto sent = stage().send(
      mailBody("local@example.test", R"(,"sendAtLocal":")" + formatLocalTime(soon) + R"(","timezone":"UTC")"));
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(sent.text("/status"), "scheduled");
  const auto shown = stage().host.waitForStatus(sent.text("/id"), "sent", "acme");
  EXPECT_EQ(shown.text("/scheduledAt"), formatRfc3339(TimePoint(soon.time_since_epoch())));
  EXPECT_GE(mailTo(stage().sink, "local@example.test").at(), TimePoint(soon.time_since_epoch()));
}

TEST(LocalTime, IsTheRecipientsElseTheSettings) {
  const auto scheduledAt = [](const std::string& recipient_more) {
    const auto sent = stage().send(R"({"channel":"email","recipient":{"email":"zone@example.test")" + recipient_more +
                                   R"(},"content":{"text":"x"},"sendAtLocal":"2030-07-01T09:00"})");
    EXPECT_EQ(sent.status, 202) << sent.body;
    return stage().host.notification(sent.text("/id"), "acme").text("/scheduledAt");
  };
  EXPECT_EQ(scheduledAt(R"(,"timezone":"America/New_York")"), "2030-07-01T13:00:00.000000Z");
  EXPECT_EQ(scheduledAt(""), "2030-07-01T07:00:00.000000Z") << "schedule.timezone is Europe/Madrid";
}

TEST(Settings, AZoneThatIsNoneStopsTheStart) {
  HostOptions options;
  options.set = {"schedule.timezone=Europe/Atlantis"};
  try {
    const RunningHost host(options);
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("schedule.timezone: there is no time zone 'Europe/Atlantis'; allowed: "));
  }
}

TEST(LocalTime, ThatIsNoneOrContradictsIsRefused) {
  const std::string madrid = R"(,"timezone":"Europe/Madrid")";
  expectRefused(R"(,"sendAtLocal":"2030-03-31T02:30")" + madrid, "/sendAtLocal", "no_such_time");
  expectRefused(R"(,"sendAtLocal":"2020-01-01T09:00")" + madrid, "/sendAtLocal", "in_the_past");
  expectRefused(R"(,"sendAtLocal":"2099-01-01T09:00")" + madrid, "/sendAtLocal", "out_of_range");
  expectRefused(R"(,"sendAtLocal":"2030-01-01T09:00Z")" + madrid, "/sendAtLocal", "malformed");
  expectRefused(R"(,"sendAtLocal":"2030-02-30T09:00")" + madrid, "/sendAtLocal", "malformed");
  expectRefused(R"(,"sendAtLocal":"2030-01-01T09:00","timezone":"Europe/Atlantis")", "/timezone", "not_found");
  expectRefused(R"(,"sendAtLocal":"2030-01-01T09:00","delay":"PT1H")", "/sendAtLocal", "conflict");
  expectRefused(R"(,"sendAtLocal":"2030-01-01T09:00","sendAt":"2030-01-01T09:00:00Z")", "/sendAtLocal", "conflict");
  expectRefused(madrid, "/timezone", "conflict");
  expectRefused(R"(,"delay":"PT1H","misfire":"later")", "/misfire", "not_allowed");
}

/// A mail that was scheduled an hour ago for ten seconds ago, as after a time without a host.
std::string lateMail(const std::string& address, const std::string& more) {
  const auto sent = stage().send(mailBody(address, R"(,"delay":"PT1H")" + more));
  EXPECT_EQ(sent.status, 202) << sent.body;
  const auto id = sent.text("/id");
  sql("UPDATE belfry.notifications SET created_at = now() - interval '1 h' WHERE id = '" + id +
      "'; UPDATE belfry.work SET due_at = now() - interval '10 s' WHERE notification_id = '" + id + "'");
  return id;
}

TEST(Misfire, IsSentUnlessSomebodySaysOtherwise) {
  const auto id = lateMail("late.sent@example.test", "");
  const auto shown = stage().host.waitForStatus(id, "sent", "acme");
  EXPECT_EQ(timelineOf(shown), "accepted scheduled decision sending sent") << shown.body;
  EXPECT_EQ(shown.text("/deliveries/0/timeline/2/detail/rule"), "schedule.misfire");
  EXPECT_EQ(shown.text("/deliveries/0/timeline/2/detail/level"), "setting");
}

TEST(Misfire, IsSkippedAndExplained) {
  const auto id = lateMail("late.skipped@example.test", R"(,"misfire":"skip")");
  const auto shown = stage().host.waitForStatus(id, "skipped", "acme");
  EXPECT_EQ(timelineOf(shown), "accepted scheduled decision skipped") << shown.body;
  EXPECT_EQ(shown.text("/deliveries/0/error/code"), "misfire");
  const auto why = stage().host.get(kSends + id + "/explain", "acme");
  EXPECT_THAT(why.text("/deliveries/0/decisions"), HasSubstr("schedule.misfire"));
  EXPECT_TRUE(linesTo(stage().sink, "late.skipped@example.test").empty());
}

TEST(Misfire, IsDeferredToTheNextDay) {
  const auto id = lateMail("late.deferred@example.test", R"(,"misfire":"defer","timezone":"UTC")");
  const auto shown = stage().host.waitForStatus(id, "deferred", "acme");
  EXPECT_EQ(timelineOf(shown), "accepted scheduled deferred") << shown.body;
  const auto due = *parseRfc3339(shown.text("/deliveries/0/dueAt"));
  EXPECT_GT(due, now() + 23h);
  EXPECT_LT(due, now() + 24h);
}

TEST(Reschedule, ASoonerTimeWakesTheWorkersAndALaterOneWaits) {
  const auto sent = stage().send(mailBody("moved@example.test", R"(,"delay":"PT1H")"));
  const auto path = kSends + sent.text("/id") + "/reschedule";
  const auto later = stage().host.post(path, R"({"sendAtLocal":"2030-07-01T09:00"})", "acme");
  ASSERT_EQ(later.status, 200) << later.body;
  EXPECT_EQ(later.text("/deliveries/0/dueAt"), "2030-07-01T07:00:00.000000Z");
  EXPECT_EQ(timelineOf(later), "accepted scheduled scheduled");
  const auto at = now() + 300ms;
  const auto sooner = stage().host.post(path, R"({"sendAt":")" + formatRfc3339(at) + "\"}", "acme");
  ASSERT_EQ(sooner.status, 200) << sooner.body;
  EXPECT_GE(mailTo(stage().sink, "moved@example.test").at(), at);
  EXPECT_EQ(stage().host.waitForStatus(sent.text("/id"), "sent", "acme").text("/status"), "sent");
  const auto late = stage().host.post(path, R"({"delay":"PT1H"})", "acme");
  EXPECT_EQ(late.status, 409) << late.body;
  EXPECT_EQ(late.text("/code"), "state_conflict");
  EXPECT_THAT(late.text("/detail"), HasSubstr("is sent already; allowed: pending, scheduled, queued, deferred"));
}

TEST(Reschedule, WhatIsWrongIsRefusedAndChangesNothing) {
  const auto sent = stage().send(
      mailBody("stays@example.test", R"(,"delay":"PT1H","expiresAt":")" + formatRfc3339(now() + 24h) + "\""));
  const auto path = kSends + sent.text("/id") + "/reschedule";
  const auto before = stage().host.notification(sent.text("/id"), "acme").text("/deliveries/0/dueAt");
  const std::tuple<const char*, const char*, const char*> kRefusals[] = {
      {"{}", "/sendAt", "required"},
      {R"({"delay":"P1D","sendAt":"2030-01-01T00:00:00Z"})", "/delay", "conflict"},
      {R"({"sendAt":"2020-01-01T00:00:00Z"})", "/sendAt", "in_the_past"},
      {R"({"sendAtLocal":"2030-03-31T02:30"})", "/sendAtLocal", "no_such_time"},
      {R"({"delay":"P2D"})", "/delay", "out_of_range"},
      {R"({"delay":"PT1H","priority":"high"})", "/priority", "unknown_field"}};
  for (const auto& [body, pointer, code] : kRefusals) {
    const auto reply = stage().host.post(path, body, "acme");
    EXPECT_EQ(reply.status, 422) << body << reply.body;
    EXPECT_EQ(reply.text("/errors/0/pointer"), pointer) << reply.body;
    EXPECT_EQ(reply.text("/errors/0/code"), code) << reply.body;
  }
  EXPECT_EQ(stage().host.notification(sent.text("/id"), "acme").text("/deliveries/0/dueAt"), before);
  for (const auto* id : {"01935b5e-7c00-7000-8000-000000000001", "nonsense"})
    EXPECT_EQ(stage().host.post(kSends + id + "/reschedule", R"({"delay":"PT1H"})", "acme").status, 404);
  EXPECT_EQ(stage().host.post(path, R"({"delay":"PT1H"})", "other").status, 404) << "another tenant's";
}

}  // namespace
}  // namespace belfry::test
