// True callbacks, signed by the simulator as the providers sign them, and the false ones: what they do to deliveries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/wait_until.h"
#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kCallbacks = "/api/v1/admin/callbacks";

struct Sent {
  std::string notification, delivery, provider_id;
};

class Receipts : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }

  static Sent sent(const std::string& body, const std::string& tenant = "acme", const std::string& status = "sent") {
    const auto made = bells().send(body, status, tenant);
    return {made.text("/id"), made.text("/deliveries/0/id"), made.text("/deliveries/0/providerMessageId")};
  }
  static ApiReply shown(const Sent& of, const std::string& tenant = "acme") {
    return bells().host.notification(of.notification, tenant);
  }
  static std::string status(const Sent& of, const std::string& tenant = "acme") {
    return shown(of, tenant).text("/status");
  }
  static ApiReply lastCallback(const std::string& tenant = "acme") {
    return bells().host.get(std::string(kCallbacks) + "?limit=1", tenant);
  }
  static void expectLast(const std::string& state, const std::string& reason, const std::string& tenant = "acme") {
    const auto last = lastCallback(tenant);
    EXPECT_EQ(last.text("/items/0/state"), state) << last.body;
    EXPECT_EQ(last.text("/items/0/reason"), reason) << last.body;
  }
  static long events(const std::string& type, const Sent& of) {
    return bells().count("delivery_events WHERE type = '" + type + "' AND delivery_id = '" + of.delivery + "'");
  }

  /// The simulator calls the instance `id` of `plugin` back; the one answer, or all when it is repeated.
  static std::vector<CallbackAnswer> callBacks(const std::string& provider, const std::string& type,
                                               const std::string& url, const std::string& params,
                                               const std::string& more = "") {
    return bells().providers.callback(R"({"provider":")" + provider + R"(","type":")" + type + R"(","to_url":")" + url +
                                      R"(","params":)" + params + more + "}");
  }
  static CallbackAnswer callBack(const std::string& provider, const std::string& type, const std::string& url,
                                 const std::string& params, const std::string& more = "") {
    return callBacks(provider, type, url, params, more).at(0);
  }
  /// What SendGrid says of a delivery, as members of `params` and of each of `events`.
  static std::string mailEvent(const Sent& of, const std::string& more = "") {
    return R"({"custom_args":{"belfry_delivery":")" + of.delivery + R"(","belfry_attempt":"1"})" + more + "}";
  }
  static CallbackAnswer sendGrid(const std::string& type, const Sent& of, const std::string& more = "",
                                 const std::string& instance = "acme-sendgrid") {
    return callBack("sendgrid", type, bells().callbackUrl("sendgrid", instance), mailEvent(of), more);
  }
};

TEST_F(Receipts, SendGridTellsAndTheTimelineGrows) {
  const auto mail = sent(mailBody("told@example.test"));
  for (const std::string type : {"processed", "deferred", "delivered", "open", "click"})
    EXPECT_EQ(sendGrid(type, mail).status, 204) << type;
  EXPECT_EQ(status(mail), "delivered");
  EXPECT_EQ(timelineOf(shown(mail)), "accepted queued sending sent provider_deferred delivered opened clicked");
  expectLast("processed", "null");
}

TEST_F(Receipts, ABounceAndAComplaintAreRecordedForTheSuppressionList) {
  const auto dead = sent(mailBody("dead@example.test")), soft = sent(mailBody("soft@example.test")),
             angry = sent(mailBody("angry@example.test"));
  sendGrid("bounce", dead);
  EXPECT_EQ(status(dead), "bounced");
  EXPECT_EQ(events("suppress", dead), 1);
  sendGrid("blocked", soft);
  EXPECT_EQ(events("suppress", soft), 0) << shown(soft).body;
  sendGrid("spamreport", angry);
  EXPECT_EQ(events("complained", angry), 1);
  EXPECT_EQ(events("suppress", angry), 1);
}

TEST_F(Receipts, SendGridsFalseCallbacksChangeNothingAndSayWhy) {
  const auto mail = sent(mailBody("false@example.test"));
  struct False {
    std::string how, reason;
  };
  for (const auto& one :
       {False{R"(,"forge":"signature")", "bad_signature"}, False{R"(,"forge":"body")", "bad_signature"},
        False{R"(,"forge":"missing")", "missing_signature"}, False{R"(,"forge":"garbage")", "bad_signature"},
        False{R"(,"stale":3600)", "stale"}}) {
    EXPECT_EQ(sendGrid("bounce", mail, one.how).status, 403) << one.how;
    expectLast("refused", one.reason);
  }
  const auto url = bells().callbackUrl("sendgrid", "acme-sendgrid");
  EXPECT_EQ(callBack("sendgrid", "bounce", url, R"({"raw_body":"no JSON"})").status, 400);
  expectLast("refused", "malformed");
  EXPECT_EQ(callBack("sendgrid", "bounce", url, R"({"raw_body":")" + std::string(70000, 'x') + "\"}").status, 413);
  EXPECT_EQ(sendGrid("bounce", mail, "", "nobody-knows").status, 404);
  EXPECT_EQ(callBack("sendgrid", "bounce", bells().callbackUrl("twilio", "acme-sendgrid"), mailEvent(mail)).status,
            404);
  EXPECT_EQ(status(mail), "sent");
  EXPECT_EQ(events("bounced", mail), 0);
}

TEST_F(Receipts, AnotherTenantsDeliveryIsNobodysToTell) {
  const auto mine = sent(mailBody("mine@example.test"));
  EXPECT_EQ(sendGrid("bounce", mine, "", "neighbour-sendgrid").status, 204);
  expectLast("refused", "unknown_delivery", "neighbour");
  EXPECT_EQ(status(mine), "sent");
}

TEST_F(Receipts, AHundredDoublesAtOnceMakeOneTransition) {
  const auto mail = sent(mailBody("doubles@example.test"));
  const auto answers = callBacks("sendgrid", "bounce", bells().callbackUrl("sendgrid", "acme-sendgrid"),
                                 mailEvent(mail), R"(,"repeat":100,"concurrent":true)");
  EXPECT_EQ(answers.size(), 100u);
  for (const auto& answer : answers) ASSERT_EQ(answer.status, 204) << answer.error << answer.body;
  EXPECT_EQ(events("bounced", mail), 1);
  EXPECT_EQ(events("suppress", mail), 1);
}

TEST_F(Receipts, AReceiptBeforeTheAnswerIsParkedAndApplied) {
  bells().providers.script(R"({"provider":"sendgrid","answers":[{"ok":true,"delay_s":1.5}]})");
  const auto accepted = bells().host.send(mailBody("early@example.test"), "acme");
  const Sent mail{accepted.text("/id"), accepted.text("/deliveries/0/id"), ""};
  ASSERT_TRUE(bells().providers.waitForRequests("sendgrid", 1, 10s));
  EXPECT_EQ(sendGrid("delivered", mail).status, 204);
  expectLast("parked", "not_settled_yet");
  EXPECT_EQ(bells().host.waitForStatus(mail.notification, "delivered", "acme").text("/status"), "delivered");
  EXPECT_TRUE(waitUntil(10s, [] { return lastCallback().text("/items/0/state") == "processed"; }));
  EXPECT_EQ(timelineOf(shown(mail)), "accepted queued sending sent delivered");
}

TEST_F(Receipts, AReceiptEndsTheDoubtAboutAMailThatMayHaveBeenSent) {
  bells().providers.script(R"({"provider":"sendgrid","answers":[{"error":"500"}]})");
  const auto mail = sent(mailBody("doubt@example.test"), "acme", "unknown");
  sendGrid("delivered", mail);
  EXPECT_EQ(status(mail), "delivered");
}

TEST_F(Receipts, ABatchWithABadItemKeepsTheGoodOnes) {
  const auto one = sent(mailBody("one@example.test")), two = sent(mailBody("two@example.test")),
             theirs = sent(mailBody("theirs@example.test"), "neighbour");
  const std::string delivered = R"(,"event":"delivered")";
  const auto answer =
      callBack("sendgrid", "delivered", bells().callbackUrl("sendgrid", "acme-sendgrid"),
               R"({"events":[)" + mailEvent(one, delivered) + "," + mailEvent(theirs, delivered) + "," +
                   mailEvent(two, delivered + R"(,"belfry_delivery":17)") + "," + mailEvent(two, delivered) + "]}");
  EXPECT_EQ(answer.status, 204) << answer.body;
  EXPECT_EQ(status(one), "delivered");
  EXPECT_EQ(status(two), "delivered");
  EXPECT_EQ(status(theirs, "neighbour"), "sent");
  const auto last = lastCallback();
  EXPECT_EQ(last.text("/items/0/state"), "processed") << last.body;
  EXPECT_EQ(last.text("/items/0/receipts/kept"), "2") << last.body;
  EXPECT_EQ(last.text("/items/0/reason"), "unknown_delivery");
}

TEST_F(Receipts, TwilioSignsTheOutsideAddressAndIsBelieved) {
  const auto text = sent(textMessage("+34600000201"));
  const std::string outside = readBy(lastRequest("twilio")).text("/StatusCallback");
  const std::string inside = bells().host.url() + outside.substr(outside.find("/webhooks/"));
  const auto params = [&](const std::string& more = "") {
    return R"({"sid":")" + text.provider_id + R"(","public_url":")" + outside + "\"" + more + "}";
  };
  EXPECT_EQ(callBack("twilio", "sent", inside, params()).status / 100, 2);
  for (const std::string how : {"signature", "body", "missing", "garbage"}) {
    EXPECT_EQ(callBack("twilio", "delivered", inside, params(), R"(,"forge":")" + how + "\"").status, 403) << how;
    EXPECT_EQ(lastCallback().text("/items/0/state"), "refused");
    EXPECT_THAT(lastCallback().text("/items/0/reason"), HasSubstr("signature"));
  }
  EXPECT_EQ(status(text), "sent");
  EXPECT_EQ(callBack("twilio", "delivered", inside, params()).status / 100, 2);
  EXPECT_EQ(status(text), "delivered");
  const auto dead = sent(textMessage("+34600000202"));
  const std::string dead_url = readBy(lastRequest("twilio")).text("/StatusCallback");
  callBack("twilio", "undelivered", bells().host.url() + dead_url.substr(dead_url.find("/webhooks/")),
           R"({"sid":")" + dead.provider_id + R"(","public_url":")" + dead_url + R"(","error_code":30006})");
  EXPECT_EQ(status(dead), "bounced") << shown(dead).body;
}

TEST_F(Receipts, SesIsBelievedThroughItsTopicOnceTheSubscriptionIsConfirmed) {
  const auto url = bells().callbackUrl("ses", "cloud-ses");
  EXPECT_EQ(callBack("sns", "SubscriptionConfirmation", url, "{}").status / 100, 2);
  ASSERT_TRUE(bells().providers.waitForRequests("sns", 1, 10s));
  const auto visits = bells().providers.requests("sns");
  EXPECT_THAT(visits.back().target, HasSubstr("Action=ConfirmSubscription")) << visits.size();
  const auto mail = sent(mailBody("ses@example.test"), "cloud"),
             dead = sent(mailBody("ses-dead@example.test"), "cloud");
  const auto params = [](const Sent& of, const std::string& more = "") {
    return R"({"message_id":")" + of.provider_id +
           R"(","recipients":["ses@example.test"],"tags":{"belfry_delivery":")" + of.delivery +
           R"(","belfry_attempt":"1"})" + more + "}";
  };
  struct False {
    std::string how, more, reason;
  };
  for (const auto& one : {False{R"(,"forge":"signature")", "", "bad_signature"},
                          False{R"(,"forge":"body")", "", "bad_signature"}, False{R"(,"stale":86400)", "", "stale"},
                          False{"", R"(,"topic_arn":"arn:aws:sns:eu-west-1:123456789012:other")", "unknown_topic"}}) {
    EXPECT_EQ(callBack("ses", "Bounce", url, params(mail, one.more), one.how).status, 403) << one.reason;
    expectLast("refused", one.reason, "cloud");
  }
  EXPECT_EQ(status(mail, "cloud"), "sent");
  for (const std::string version : {"1", "2"})
    EXPECT_EQ(callBack("ses", "Delivery", url, params(mail, R"(,"signature_version":")" + version + "\"")).status / 100,
              2);
  EXPECT_EQ(status(mail, "cloud"), "delivered") << lastCallback("cloud").body;
  EXPECT_EQ(events("delivered", mail), 1);
  callBack("ses", "Bounce", url, params(dead));
  EXPECT_EQ(status(dead, "cloud"), "bounced");
  EXPECT_EQ(events("suppress", dead), 1);
}

TEST_F(Receipts, WhatsAppShakesHandsAndTellsStatuses) {
  const auto url = bells().callbackUrl("whatsapp", "acme-whatsapp");
  const auto shaken = callBack("whatsapp", "handshake", url, R"({"challenge":"4711"})");
  EXPECT_EQ(shaken.status, 200);
  EXPECT_EQ(shaken.body, "4711");
  EXPECT_EQ(callBack("whatsapp", "handshake", url, "{}", R"(,"forge":"signature")").status, 403);
  const auto chat =
      sent(R"({"channel":"whatsapp","recipient":{"phone":"+34600000203"},"content":{"text":"It rings."}})");
  const std::string params = R"({"id":")" + chat.provider_id + R"(","to":"34600000203","biz_opaque_callback_data":")" +
                             chat.delivery + "/1\"}";
  EXPECT_EQ(callBack("whatsapp", "failed", url, params, R"(,"forge":"signature")").status, 403);
  expectLast("refused", "bad_signature");
  for (const std::string type : {"sent", "delivered", "read"})
    EXPECT_EQ(callBack("whatsapp", type, url, params).status, 200) << type;
  EXPECT_EQ(timelineOf(shown(chat)), "accepted queued sending sent delivered read");
}

TEST_F(Receipts, AReplayAfterTheSecretWasSetDoesWhatWasRefusedBefore) {
  const std::string path = "/api/v1/admin/providers";
  const auto made = bells().host.post(
      path,
      R"({"id":"spare-whatsapp","plugin":"whatsapp","callbackId":"spare-whatsapp","config":{"phone_number_id":")" +
          bells().providers.account("whatsapp", "phone_number_id") + R"(","base_url":")" +
          bells().providers.baseUrl("whatsapp") + R"("},"secrets":{"access_token":{"value":")" +
          bells().providers.account("whatsapp", "access_token") + "\"}}}",
      "spare");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto chat =
      sent(R"({"channel":"whatsapp","recipient":{"phone":"+34600000204"},"content":{"text":"It rings."}})", "spare");
  const std::string params =
      R"({"id":")" + chat.provider_id + R"(","biz_opaque_callback_data":")" + chat.delivery + "/1\"}";
  const auto url = bells().callbackUrl("whatsapp", "spare-whatsapp");
  EXPECT_EQ(callBack("whatsapp", "delivered", url, params).status, 403);
  const auto refused = lastCallback("spare");
  EXPECT_EQ(refused.text("/items/0/state"), "refused") << refused.body;
  const auto changed = bells().host.api(
      "PATCH", path + "/spare-whatsapp",
      R"({"secrets":{"app_secret":{"value":")" + bells().providers.account("whatsapp", "app_secret") + "\"}}}",
      "spare");
  ASSERT_EQ(changed.status, 200) << changed.body;
  const auto replayed =
      bells().host.post(std::string(kCallbacks) + "/" + refused.text("/items/0/id") + "/replay", "", "spare");
  EXPECT_EQ(replayed.text("/state"), "processed") << replayed.body;
  EXPECT_EQ(status(chat, "spare"), "delivered");
  bells().host.post(std::string(kCallbacks) + "/" + refused.text("/items/0/id") + "/replay", "", "spare");
  EXPECT_EQ(events("delivered", chat), 1);
}

}  // namespace
}  // namespace belfry::test
