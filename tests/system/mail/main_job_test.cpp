// The main job: what is sent by HTTP arrives as an e-mail, and its timeline says how.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/crypto.h"
#include "kit/time.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

/// RFC 9562 §5.7.
constexpr const char* kUuidV7 = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

TEST(MainJob, ATemplatedMailArrivesAndItsTimelineSaysHow) {
  const auto& host = stage().host;
  const auto sent = host.send(R"({
    "channels": ["email"],
    "recipient": {"userId": "user_main", "userType": "customer", "email": "main.job@example.test", "name": "Ada Lovelace",
                  "language": "en", "timezone": "Europe/Madrid"},
    "template": {"key": "welcome"}, "data": {"orderId": "A-1042", "name": "Ada <& co>"},
    "priority": "high", "metadata": {"orderId": "A-1042", "nested": {"n": 1.5}}})",
                              "acme");

  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_THAT(sent.text("/id"), testing::ContainsRegex(kUuidV7));
  EXPECT_EQ(sent.text("/status"), "queued");
  ASSERT_EQ(sent.size("/deliveries"), 1u);
  EXPECT_EQ(sent.text("/deliveries/0/channel"), "email");
  EXPECT_EQ(sent.text("/deliveries/0/status"), "queued");

  const auto shown = host.waitForStatus(sent.text("/id"), "sent", "acme");
  ASSERT_EQ(shown.text("/status"), "sent") << shown.body << host.output();
  EXPECT_EQ(shown.text("/id"), sent.text("/id"));
  EXPECT_EQ(shown.text("/createdAt"), sent.text("/acceptedAt"));
  EXPECT_EQ(shown.text("/priority"), "high");
  EXPECT_EQ(shown.text("/metadata"), R"({"orderId":"A-1042","nested":{"n":1.5}})");
  EXPECT_EQ(shown.text("/template/key"), "welcome");
  EXPECT_EQ(shown.text("/template/version"), "1");
  EXPECT_EQ(shown.text("/template/language"), "en");
  EXPECT_EQ(shown.text("/recipient/userId"), "user_main");
  EXPECT_EQ(shown.text("/recipient/email"), "m***@example.test");
  EXPECT_THAT(shown.body, testing::Not(HasSubstr("main.job@example.test")));

  EXPECT_EQ(shown.text("/deliveries/0/id"), sent.text("/deliveries/0/id"));
  EXPECT_EQ(shown.text("/deliveries/0/attempt"), "1");
  EXPECT_EQ(shown.text("/deliveries/0/provider"), "acme-smtp");
  EXPECT_NE(shown.text("/deliveries/0/providerMessageId"), "");
  EXPECT_EQ(shown.text("/deliveries/0/error"), "null");
  EXPECT_EQ(timelineOf(shown), "accepted queued sending sent");
  EXPECT_EQ(shown.text("/deliveries/0/timeline/2/attempt"), "1");
  EXPECT_EQ(shown.text("/deliveries/0/timeline/2/provider"), "acme-smtp");
  TimePoint before{};
  for (int i = 0; i < 4; ++i) {
    const auto at = parseRfc3339(shown.text("/deliveries/0/timeline/" + std::to_string(i) + "/at"));
    ASSERT_TRUE(at) << shown.body;
    EXPECT_GE(*at, before) << "event " << i << ": " << shown.body;
    before = *at;
  }
}

TEST(MainJob, TheMailIsMultipartWithItsHeadersAndEscapesOnlyHtml) {
  const auto& stage = belfry::test::stage();
  stage.sendAndWait(R"({"channel": "email", "recipient": {"email": "multipart@example.test", "name": "Ada Lovelace"},
    "template": {"key": "welcome", "language": "en"}, "data": {"orderId": "B-7", "name": "Ada <& co>"}})");

  const auto mail = mailTo(stage.sink, "multipart@example.test");
  EXPECT_EQ(mail.text("/defects"), "[]");
  EXPECT_EQ(mail.text("/bareLineFeeds"), "0");
  EXPECT_LE(std::stoi(mail.text("/longestLine")), 998);  // RFC 5322 §2.1.1
  EXPECT_EQ(mail.text("/from"), "no-reply@acme.example");
  EXPECT_EQ(mail.text("/rcpts"), R"(["multipart@example.test"])");
  EXPECT_EQ(mail.header("from"), "acme <no-reply@acme.example>");
  EXPECT_EQ(mail.header("to"), "Ada Lovelace <multipart@example.test>");
  EXPECT_EQ(mail.header("subject"), "Order B-7");
  EXPECT_EQ(mail.header("mime-version"), "1.0");
  EXPECT_THAT(mail.header("message-id"), MatchesRegex("<[^<>@ ]+@[^<>@ ]+>"));
  EXPECT_NE(mail.header("date"), "");
  EXPECT_EQ(mail.text("/containers/0"), "multipart/alternative");
  ASSERT_EQ(mail.size("/parts"), 2u);
  EXPECT_EQ(mail.text("/parts/0/type"), "text/plain");
  EXPECT_EQ(mail.text("/parts/0/charset"), "utf-8");
  EXPECT_THAT(mail.text("/parts/0/text"), StartsWith("Hello Ada <& co>, your order is B-7."));
  EXPECT_EQ(mail.text("/parts/1/type"), "text/html");
  EXPECT_THAT(mail.text("/parts/1/text"), HasSubstr("Hello Ada &lt;&amp; co&gt;, your order is <b>B-7</b>."));
  EXPECT_EQ(linesTo(stage.sink, "multipart@example.test").size(), 1u);
}

TEST(MainJob, InlineContentIsSentAsItIsWithTheOptionsOfTheMail) {
  const auto& stage = belfry::test::stage();
  stage.sendAndWait(R"({"channels": ["email"], "recipient": {"email": "inline@example.test"},
    "content": {"subject": "Grüße an {{name}} 🔔", "text": "¡Hola {{name}}!\n.\nsecond line"},
    "options": {"email": {"from": "Shop <shop@acme.example>", "replyTo": "Help <help@acme.example>",
                          "headers": {"X-Order": "A-1042", "List-Id": "<orders.acme.example>"}}}})");

  const auto mail = mailTo(stage.sink, "inline@example.test");
  EXPECT_EQ(mail.text("/defects"), "[]");
  EXPECT_EQ(mail.header("subject"), "Grüße an {{name}} 🔔");
  EXPECT_EQ(mail.header("from"), "Shop <shop@acme.example>");
  EXPECT_EQ(mail.text("/from"), "shop@acme.example");
  EXPECT_EQ(mail.header("reply-to"), "Help <help@acme.example>");
  EXPECT_EQ(mail.header("x-order"), "A-1042");
  EXPECT_EQ(mail.header("list-id"), "<orders.acme.example>");
  EXPECT_EQ(mail.header("to"), "inline@example.test");
  ASSERT_EQ(mail.size("/parts"), 1u);
  EXPECT_EQ(mail.text("/parts/0/type"), "text/plain");
  EXPECT_THAT(mail.text("/parts/0/text"), StartsWith("¡Hola {{name}}!\r\n.\r\nsecond line"));
}

TEST(MainJob, ContentByChannelAndTheShortFormAreTakenToo) {
  const auto& stage = belfry::test::stage();
  stage.sendAndWait(R"({"channel": "email", "recipient": {"email": "by.channel@example.test"},
    "content": {"email": {"subject": "By channel", "html": "<p>It <b>rings</b>.</p>"}, "sms": {"text": "It rings."}}})");
  const auto by_channel = mailTo(stage.sink, "by.channel@example.test");
  EXPECT_EQ(by_channel.header("subject"), "By channel");
  ASSERT_EQ(by_channel.size("/parts"), 1u);
  EXPECT_EQ(by_channel.text("/parts/0/type"), "text/html");

  stage.sendAndWait(
      R"({"channel": "email", "recipientUserId": "short.form@example.test", "recipientUserType": "customer",
    "subject": "Short", "body": "It rings.", "priority": "normal", "metadata": {"a": 1}})");
  const auto short_form = mailTo(stage.sink, "short.form@example.test");
  EXPECT_EQ(short_form.header("subject"), "Short");
  EXPECT_THAT(short_form.text("/parts/0/text"), StartsWith("It rings."));
}

TEST(MainJob, AttachmentsArriveByteForByte) {
  const auto& stage = belfry::test::stage();
  std::string every_byte;
  for (int repeat = 0; repeat < 300; ++repeat)
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  stage.sendAndWait(R"({"channel": "email", "recipient": {"email": "attached@example.test"},
    "content": {"subject": "With files", "text": "See the files.", "html": "<img src=\"cid:logo\">"},
    "attachments": [{"filename": "Rechnung für Ada.bin", "contentType": "application/octet-stream", "base64": ")" +
                    toBase64(every_byte) + R"("},
                    {"filename": "logo.png", "contentType": "image/png", "contentId": "logo", "base64": "iVBORw0KGgo="}]})");

  const auto mail = mailTo(stage.sink, "attached@example.test");
  EXPECT_EQ(mail.text("/defects"), "[]");
  std::map<std::string, std::string> content;
  for (std::size_t i = 0; i < mail.size("/parts"); ++i) {
    const auto part = "/parts/" + std::to_string(i);
    content[mail.text(part + "/filename")] = fromBase64(mail.text(part + "/base64")).value_or("");
    if (mail.text(part + "/filename") != "logo.png") continue;
    EXPECT_EQ(mail.text(part + "/contentId"), "<logo>");
  }
  EXPECT_TRUE(content["Rechnung für Ada.bin"] == every_byte) << content["Rechnung für Ada.bin"].size() << " bytes came";
  EXPECT_EQ(content["logo.png"], std::string("\x89PNG\r\n\x1a\n", 8));
}

TEST(MainJob, DeliveriesAreListedByThemselves) {
  const auto& stage = belfry::test::stage();
  const auto shown = stage.sendAndWait(mailBody("deliveries@example.test"));
  const auto listed = stage.host.get("/api/v1/services/notifications/" + shown.text("/id") + "/deliveries", "acme");
  ASSERT_EQ(listed.status, 200) << listed.body;
  EXPECT_EQ(listed.text("/items"), shown.text("/deliveries"));
  EXPECT_EQ(listed.text("/nextCursor"), "null");
}

TEST(MainJob, ADryRunChecksAndKeepsNothing) {
  const auto& stage = belfry::test::stage();
  const auto before = stage.count("belfry.notifications");
  const auto answer = stage.send(mailBody("dry.run@example.test", R"(,"dryRun":true)"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.text("/deliveries/0/channel"), "email");
  EXPECT_EQ(answer.text("/previews/0/provider"), "acme-smtp");
  EXPECT_EQ(answer.text("/previews/0/exchanges/0/kind"), "smtp");
  EXPECT_THAT(answer.text("/previews/0/exchanges/0/message"), HasSubstr("Subject:"));
  EXPECT_EQ(stage.host.notification(answer.text("/id"), "acme").status, 404);
  EXPECT_EQ(stage.count("belfry.notifications"), before);
}

TEST(Failures, ARefusedAddressBouncesWithTheServersWords) {
  const auto shown = stage().sendAndWait(mailBody("reject-550+bounce@example.test"), "bounced");
  ASSERT_EQ(shown.text("/status"), "bounced") << shown.body;
  EXPECT_EQ(timelineOf(shown), "accepted queued sending bounced");
  EXPECT_THAT(shown.text("/deliveries/0/error/code"), HasSubstr("550"));
  EXPECT_EQ(shown.text("/deliveries/0/error/detail"), "recipient refused as asked");
  EXPECT_THAT(shown.body, testing::Not(HasSubstr("reject-550+bounce@example.test")));
}

TEST(Failures, ADeferredAddressIsTriedAgainUntilItIsAccepted) {
  const auto& stage = belfry::test::stage();
  const auto shown = stage.sendAndWait(mailBody("flaky-2+retry@example.test"));
  ASSERT_EQ(shown.text("/status"), "sent") << shown.body;
  EXPECT_EQ(shown.text("/deliveries/0/attempt"), "3");
  EXPECT_EQ(timelineOf(shown), "accepted queued sending retry sending retry sending sent");
  EXPECT_EQ(linesTo(stage.sink, "flaky-2+retry@example.test").size(), 1u);
}

TEST(Failures, TheLastAttemptFailsForGood) {
  const auto& stage = belfry::test::stage();
  const auto shown = stage.sendAndWait(mailBody("defer-451+last@example.test"), "failed");
  ASSERT_EQ(shown.text("/status"), "failed") << shown.body;
  EXPECT_EQ(shown.text("/deliveries/0/attempt"), "3");
  EXPECT_EQ(timelineOf(shown), "accepted queued sending retry sending retry sending failed");
  EXPECT_THAT(shown.text("/deliveries/0/error/code"), HasSubstr("451"));
  EXPECT_EQ(stage.count("belfry.work WHERE notification_id = '" + shown.text("/id") + "'"), 0);
}

TEST(Failures, AnAnswerThatNeverCameIsUnknownAndNotRepeated) {
  const auto& stage = belfry::test::stage();
  const auto shown = stage.sendAndWait(mailBody("drop+unknown@example.test"), "unknown");
  ASSERT_EQ(shown.text("/status"), "unknown") << shown.body;
  EXPECT_EQ(timelineOf(shown), "accepted queued sending unknown");
  EXPECT_NE(shown.text("/deliveries/0/error/detail"), "");
  EXPECT_EQ(linesTo(stage.sink, "drop+unknown@example.test").size(), 1u);
}

TEST(OtherTenants, SeeNothingOfIt) {
  const auto& stage = belfry::test::stage();
  const auto& host = stage.host;
  const auto id = stage.sendAndWait(mailBody("mine@example.test")).text("/id");
  const auto path = "/api/v1/services/notifications/" + id;
  ASSERT_EQ(host.get(path, "acme").status, 200);

  for (const auto& reply : {host.get(path, "other"), host.get(path + "/deliveries", "other"),
                            host.api("POST", path + "/cancel", "{}", "other"), host.get(path)}) {
    EXPECT_EQ(reply.status, 404) << reply.body;
    EXPECT_EQ(reply.text("/code"), "not_found");
  }
  EXPECT_THAT(host.get("/api/v1/services/notifications?limit=200", "other").body, testing::Not(HasSubstr(id)));
}

TEST(OtherTenants, CannotBeNamedByATenantsOwnKey) {
  const auto& host = stage().host;
  const auto issued =
      host.post("/api/v1/admin/keys", R"({"name": "acme admin", "roles": ["notification-admin"]})", "acme");
  ASSERT_EQ(issued.status, 201) << issued.body;
  const HttpHeaders as_acme = {{"X-API-Key", issued.text("/key")}};
  EXPECT_EQ(host.api("GET", "/api/v1/services/notifications", "", "", as_acme).status, 200);
  EXPECT_EQ(host.api("GET", "/api/v1/services/notifications", "", "acme", as_acme).status, 200);
  EXPECT_EQ(host.api("GET", "/api/v1/services/notifications", "", "other", as_acme).status, 403);
  EXPECT_EQ(host.send(mailBody("not.mine@example.test"), "other", as_acme).status, 403);
  const HttpHeaders as_bearer = {{"Authorization", "Bearer " + issued.text("/key")}};
  EXPECT_EQ(host.api("GET", "/api/v1/services/notifications", "", "", as_bearer).status, 200);
}

}  // namespace
}  // namespace belfry::test
