// Sends that do not leave at once: at a time, after a delay, too late, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/time.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TimePoint now() { return SystemClock().now(); }

TEST(Schedule, AMailLeavesAtItsTimeAndNotBefore) {
  const auto& stage = belfry::test::stage();
  const auto at = now() + 900ms;
  const auto sent = stage.send(mailBody("scheduled@example.test", R"(,"sendAt":")" + formatRfc3339(at) + "\""));
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(sent.text("/status"), "scheduled");
  EXPECT_EQ(sent.text("/deliveries/0/status"), "scheduled");

  const auto shown = stage.host.waitForStatus(sent.text("/id"), "sent", "acme");
  ASSERT_EQ(shown.text("/status"), "sent") << shown.body;
  EXPECT_EQ(shown.text("/scheduledAt"), formatRfc3339(at));
  EXPECT_EQ(timelineOf(shown), "accepted scheduled sending sent");
  EXPECT_GE(mailTo(stage.sink, "scheduled@example.test").at(), at);
  EXPECT_GE(*parseRfc3339(shown.text("/deliveries/0/timeline/2/at")), at);
}

TEST(Schedule, ADelayCountsFromAcceptance) {
  const auto& stage = belfry::test::stage();
  const auto sent = stage.send(mailBody("delayed@example.test", R"(,"delay":"PT0.8S")"));
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(sent.text("/status"), "scheduled");
  const auto due = *parseRfc3339(sent.text("/acceptedAt")) + 800ms;
  const auto shown = stage.host.waitForStatus(sent.text("/id"), "sent", "acme");
  EXPECT_EQ(shown.text("/scheduledAt"), formatRfc3339(due));
  EXPECT_GE(mailTo(stage.sink, "delayed@example.test").at(), due);
}

TEST(Schedule, ATimeThatIsNowIsAtOnce) {
  const auto& stage = belfry::test::stage();
  const auto sent = stage.send(mailBody("at.once@example.test", R"(,"sendAt":")" + formatRfc3339(now() - 5s) + "\""));
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(stage.host.waitForStatus(sent.text("/id"), "sent", "acme").text("/status"), "sent");
}

TEST(Expiry, AMailThatCannotLeaveInTimeExpires) {
  const auto& stage = belfry::test::stage();
  // One microsecond to live: over before a worker has claimed and read it.
  const auto at = now() + 300ms;
  const auto sent =
      stage.send(mailBody("late@example.test", R"(,"sendAt":")" + formatRfc3339(at) + R"(","expiresAt":")" +
                                                   formatRfc3339(at + 1us) + "\""));
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto shown = stage.host.waitForStatus(sent.text("/id"), "expired", "acme");
  ASSERT_EQ(shown.text("/status"), "expired") << shown.body;
  EXPECT_EQ(timelineOf(shown), "accepted scheduled expired");
  EXPECT_EQ(shown.text("/expiresAt"), formatRfc3339(at + 1us));
  EXPECT_EQ(shown.text("/deliveries/0/error/code"), "expired");
  EXPECT_TRUE(linesTo(stage.sink, "late@example.test").empty());
}

TEST(Expiry, WhatWaitsInAPausedQueueExpiresToo) {
  const auto& stage = belfry::test::stage();
  const std::string queue = R"({"channel":"email","priority":"low"})";
  ASSERT_EQ(stage.host.post("/api/v1/admin/queues/pause", queue, "acme").status, 201);
  const auto sent = stage.send(
      mailBody("paused@example.test", R"(,"priority":"low","expiresAt":")" + formatRfc3339(now() + 1s) + "\""));
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto shown = stage.host.waitForStatus(sent.text("/id"), "expired", "acme");
  EXPECT_EQ(shown.text("/status"), "expired") << shown.body;
  EXPECT_THAT(timelineOf(shown), testing::EndsWith("expired"));
  EXPECT_EQ(stage.count("belfry.work WHERE notification_id = '" + sent.text("/id") + "'"), 0);
  EXPECT_EQ(stage.host.post("/api/v1/admin/queues/resume", queue, "acme").status, 200);
}

TEST(Cancel, AScheduledMailIsCalledOffForGood) {
  const auto& stage = belfry::test::stage();
  const auto sent = stage.send(mailBody("called.off@example.test", R"(,"delay":"PT1H")"));
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto cancel = "/api/v1/services/notifications/" + sent.text("/id") + "/cancel";
  const HttpHeaders key = {{"Idempotency-Key", "cancel-once"}};

  const auto first = stage.host.api("POST", cancel, "", "acme", key);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.text("/status"), "cancelled");
  EXPECT_EQ(timelineOf(first), "accepted scheduled cancelled");
  EXPECT_EQ(stage.count("belfry.work WHERE notification_id = '" + sent.text("/id") + "'"), 0);

  const auto replayed = stage.host.api("POST", cancel, "", "acme", key);
  EXPECT_EQ(replayed.status, 200);
  EXPECT_EQ(replayed.body, first.body);
  EXPECT_EQ(replayed.headers.count("idempotency-replayed"), 1u);

  const auto again = stage.host.api("POST", cancel, "{}", "acme");
  EXPECT_EQ(again.status, 409) << again.body;
  EXPECT_EQ(again.text("/code"), "state_conflict");
  EXPECT_THAT(again.text("/detail"), HasSubstr("cancelled"));
}

TEST(Cancel, WhatWasSentCannotBeCalledOff) {
  const auto& stage = belfry::test::stage();
  const auto id = stage.sendAndWait(mailBody("gone@example.test")).text("/id");
  const auto refused = stage.host.api("POST", "/api/v1/services/notifications/" + id + "/cancel", "", "acme");
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_EQ(refused.text("/code"), "state_conflict");
  EXPECT_THAT(refused.text("/detail"), HasSubstr("sent"));
  EXPECT_EQ(stage.host.notification(id, "acme").text("/status"), "sent");
}

TEST(Cancel, AnUnknownOneIs404) {
  for (const auto* id : {"01935b5e-7c00-7000-8000-000000000001", "nonsense"}) {
    const auto reply = stage().host.post(std::string("/api/v1/services/notifications/") + id + "/cancel", "", "acme");
    EXPECT_EQ(reply.status, 404) << reply.body;
  }
}

TEST(Priority, AliasesMeanTheWordsOfTheVocabulary) {
  const auto& stage = belfry::test::stage();
  const std::pair<const char*, const char*> kWords[] = {{"urgent", "critical"}, {"critical", "critical"},
                                                        {"high", "high"},       {"normal", "medium"},
                                                        {"medium", "medium"},   {"low", "low"}};
  for (const auto& [given, kept] : kWords) {
    const auto sent =
        stage.send(mailBody("priority@example.test", std::string(R"(,"delay":"PT1H","priority":")") + given + "\""));
    ASSERT_EQ(sent.status, 202) << sent.body;
    EXPECT_EQ(stage.host.notification(sent.text("/id"), "acme").text("/priority"), kept);
  }
}

}  // namespace
}  // namespace belfry::test
