// Twilio, FCM and WhatsApp through the real host, over TLS, against the strict simulators: what they refuse is a fault
// of the plugin or of the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/provider_simulator.h"
#include "support/running_host.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Tenant `acme` with one provider each of sms, push and whatsapp, all at the simulator.
std::string tenantFile(const ProviderSimulator& providers) {
  return "tenant: acme\nname: Acme Ltd\nauth: [apikey]\nproviders:\n"
         "  - id: acme-twilio\n    plugin: twilio\n    channel: sms\n    callback_id: acme-twilio\n    config:\n"
         "      account_sid: " +
         providers.account("twilio", "account_sid") +
         "\n      from: \"+15005550006\"\n      base_url: " + providers.baseUrl("twilio") +
         "\n    secrets:\n      auth_token: { env: TWILIO_TOKEN }\n"
         "  - id: acme-fcm\n    plugin: fcm\n    channel: push\n    config:\n"
         "      project_id: " +
         providers.account("fcm", "project_id") + "\n      base_url: " + providers.baseUrl("fcm") +
         "\n      token_uri: " + providers.tokenUri() +
         "\n    secrets:\n      service_account: { env: FCM_ACCOUNT }\n"
         "  - id: acme-whatsapp\n    plugin: whatsapp\n    channel: whatsapp\n    config:\n"
         "      phone_number_id: \"" +
         providers.account("whatsapp", "phone_number_id") + "\"\n      base_url: " + providers.baseUrl("whatsapp") +
         "\n    secrets:\n      access_token: { env: WHATSAPP_TOKEN }\n      app_secret: { env: WHATSAPP_SECRET }\n"
         "      verify_token: { env: WHATSAPP_VERIFY }\n";
}

HostOptions hostOptions(const ProviderSimulator& providers) {
  HostOptions options;
  options.tenant_files["acme"] = tenantFile(providers);
  options.environment = {{"TWILIO_TOKEN", providers.account("twilio", "auth_token")},
                         {"FCM_ACCOUNT", providers.account("fcm", "service_account")},
                         {"WHATSAPP_TOKEN", providers.account("whatsapp", "access_token")},
                         {"WHATSAPP_SECRET", providers.account("whatsapp", "app_secret")},
                         {"WHATSAPP_VERIFY", providers.account("whatsapp", "verify_token")}};
  const std::string place = "localhost:" + std::to_string(providers.httpsPort());
  options.set = {"exchange.ca_file=" + providers.caFile().string(), "exchange.allow_private_hosts=" + place,
                 "http.public_url=https://bells.example.test"};
  for (const std::string channel : {"sms", "push", "whatsapp"})
    options.set.insert(options.set.end(), {"retry." + channel + ".base_ms=200", "retry." + channel + ".factor=1",
                                           "retry." + channel + ".attempts=3"});
  return options;
}

/// The one host and simulator of this program.
struct Phones {
  ProviderSimulator providers;
  RunningHost host{hostOptions(providers)};

  /// Sends and waits until the notification is `status`.
  ApiReply send(const std::string& body, const std::string& status) {
    const auto sent = host.send(body, "acme");
    EXPECT_EQ(sent.status, 202) << sent.body;
    return host.waitForStatus(sent.text("/id"), status, "acme");
  }
};
Phones& phones() {
  static Phones phones;
  return phones;
}

std::string sms(const std::string& phone, const std::string& more = "") {
  return R"({"channel":"sms","recipient":{"phone":")" + phone + R"("},"content":{"text":"Your code is 123456"})" +
         more + "}";
}
std::string push(const std::string& token, const std::string& more = "") {
  return R"({"channel":"push","recipient":{"deviceTokens":[{"token":")" + token +
         R"(","platform":"android"}]},"content":{"title":"Hello","body":"It rings."})" + more + "}";
}
std::string chat(const std::string& phone, const std::string& more = "") {
  return R"({"channel":"whatsapp","recipient":{"phone":")" + phone + R"("},"content":{"text":"It rings."})" + more +
         "}";
}

class PhoneProviders : public ::testing::Test {
 protected:
  void SetUp() override { phones().providers.reset(); }
  static ProviderSimulator& providers() { return phones().providers; }
  static SimulatedRequest last(const std::string& provider, const std::string& outcome = "accepted") {
    const auto requests = providers().requests(provider, outcome);
    return requests.empty() ? SimulatedRequest() : requests.back();
  }
};

TEST_F(PhoneProviders, TwilioTakesATextAndIsToldWhereItsCallbacksBelong) {
  const auto sent = phones().send(sms("+34600000001"), "sent");
  EXPECT_THAT(sent.text("/deliveries/0/providerMessageId"), StartsWith("SM")) << sent.body;
  const auto request = last("twilio");
  EXPECT_THAT(request.body, HasSubstr("To=%2B34600000001"));
  EXPECT_THAT(request.body,
              HasSubstr("StatusCallback=https%3A%2F%2Fbells.example.test%2Fwebhooks%2Ftwilio%2Facme-twilio"));
  EXPECT_THAT(request.body, HasSubstr(sent.text("/deliveries/0/id")));
}

TEST_F(PhoneProviders, TwilioThrottlesAndTheTextGoesOutLater) {
  providers().script(R"({"provider":"twilio","answers":[{"error":"20429"}]})");
  const auto sent = phones().send(sms("+34600000002"), "sent");
  EXPECT_EQ(sent.text("/deliveries/0/attempt"), "2") << sent.body;
}

TEST_F(PhoneProviders, TwilioRefusesARecipientAndNothingIsRepeated) {
  providers().script(R"({"provider":"twilio","answers":[{"error":"21610"}]})");
  const auto bounced = phones().send(sms("+34600000003"), "bounced");
  EXPECT_EQ(bounced.text("/deliveries/0/attempt"), "1");
  EXPECT_THAT(bounced.body, HasSubstr("21610"));
}

TEST_F(PhoneProviders, TwilioMayHaveSentAndItIsNeverRepeatedBlindly) {
  providers().script(R"({"provider":"twilio","answers":[{"error":"20500"}]})");
  const auto unknown = phones().send(sms("+34600000004"), "unknown");
  EXPECT_EQ(unknown.text("/deliveries/0/attempt"), "1") << unknown.body;
  EXPECT_TRUE(providers().requests("twilio").empty());
}

TEST_F(PhoneProviders, OneAccessTokenServesManyPushes) {
  for (int i = 0; i < 5; ++i) phones().send(push("fcm-token-one-000" + std::to_string(i)), "sent");
  EXPECT_EQ(providers().requests("fcm").size(), 5u);
  EXPECT_EQ(providers().requests("oauth").size(), 1u);
}

TEST_F(PhoneProviders, AnAccessTokenThatEndedIsRenewedOnce) {
  phones().send(push("fcm-token-two-0001"), "sent");
  providers().expireTokens();
  const auto sent = phones().send(push("fcm-token-two-0002"), "sent");
  EXPECT_EQ(sent.text("/deliveries/0/attempt"), "1") << sent.body;
  EXPECT_EQ(last("fcm", "refused").status, 401);
}

TEST_F(PhoneProviders, ADeadTokenFailsAtOnce) {
  providers().script(R"({"provider":"fcm","answers":[{"error":"UNREGISTERED"}]})");
  const auto bounced = phones().send(push("fcm-token-dead-001"), "bounced");
  EXPECT_EQ(bounced.text("/deliveries/0/attempt"), "1");
  EXPECT_THAT(bounced.body, HasSubstr("UNREGISTERED"));
}

TEST_F(PhoneProviders, APushThatWasThrottledGoesOutLater) {
  providers().script(R"({"provider":"fcm","answers":[{"error":"QUOTA_EXCEEDED"}]})");
  EXPECT_EQ(phones().send(push("fcm-token-quota-001"), "sent").text("/deliveries/0/attempt"), "2");
}

TEST_F(PhoneProviders, WhatsAppTakesATextThatNamesItsDelivery) {
  const auto sent = phones().send(chat("+34600000006"), "sent");
  EXPECT_THAT(sent.text("/deliveries/0/providerMessageId"), StartsWith("wamid.")) << sent.body;
  EXPECT_THAT(last("whatsapp").body, HasSubstr(sent.text("/deliveries/0/id") + "/1"));
}

TEST_F(PhoneProviders, WhatsAppOutsideOfTheWindowFailsWithoutARepeat) {
  providers().script(R"({"provider":"whatsapp","answers":[{"error":"131047"}]})");
  const auto failed = phones().send(chat("+34600000008"), "failed");
  EXPECT_EQ(failed.text("/deliveries/0/attempt"), "1");
  EXPECT_THAT(failed.body, HasSubstr("131047"));
}

TEST_F(PhoneProviders, TwilioGetsMediaAndRefusesNothingOfTheOptions) {
  const auto sent = phones().send(
      sms("+34600000005", R"(,"options":{"sms":{"media_url":["https://media.example/a.png"],"send_as_mms":true}})"),
      "sent");
  EXPECT_THAT(sent.text("/deliveries/0/providerMessageId"), StartsWith("MM")) << sent.body;
}

TEST_F(PhoneProviders, WhatsAppTakesATemplate) {
  phones().send(
      chat("+34600000007", R"(,"options":{"whatsapp":{"template":{"name":"welcome","language":"en","components":)"
                           R"([{"type":"body","parameters":[{"type":"text","text":"Ada"}]}]}}})"),
      "sent");
  EXPECT_THAT(last("whatsapp").body, HasSubstr(R"("type":"template")"));
}

TEST_F(PhoneProviders, AMessageThatCannotBeSaidNeverLeaves) {
  const auto failed = phones().send(R"({"channel":"sms","recipient":{"phone":"+34600000009"},"content":{"text":")" +
                                        std::string(1601, 'x') + R"("}})",
                                    "failed");
  EXPECT_THAT(failed.body, HasSubstr("1601 characters; allowed: at most 1600"));
  EXPECT_TRUE(providers().requests("twilio", "all").empty());
}

}  // namespace
}  // namespace belfry::test
