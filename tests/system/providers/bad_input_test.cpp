// What is wrong with providers, their config, secrets and addresses, and with what is sent by them: told with field,
// value and what is allowed, and nothing leaves the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kProviders = "/api/v1/admin/providers";

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }

  static ApiReply made(const std::string& body, const std::string& tenant = "spare") {
    return bells().host.post(kProviders, body, tenant);
  }
  /// 422 with an entry for the field, whose text holds the words.
  static void expectField(const ApiReply& reply, const std::string& pointer, const std::vector<std::string>& words) {
    EXPECT_EQ(reply.status, 422) << reply.body;
    for (std::size_t i = 0; i < reply.size("/errors"); ++i) {
      const auto place = "/errors/" + std::to_string(i);
      if (reply.text(place + "/pointer") != pointer) continue;
      for (const auto& word : words) EXPECT_THAT(reply.text(place), HasSubstr(word)) << pointer;
      return;
    }
    ADD_FAILURE() << "no error at " << pointer << " in " << reply.body;
  }
  static void expectNothingLeft() { EXPECT_TRUE(bells().providers.requests("", "all").empty()); }
  static std::string twilio(const std::string& id, const std::string& config, const std::string& secrets) {
    return R"({"id":")" + id + R"(","plugin":"twilio","config":{)" + config + R"(},"secrets":{)" + secrets + "}}";
  }
};

TEST_F(BadInput, AnUnknownPluginIsNamedWithThoseThereAre) {
  expectField(made(R"({"id":"bad","plugin":"twillio"})"), "/plugin", {"twillio", "twilio", "sendgrid"});
}

TEST_F(BadInput, ConfigThatBreaksTheSchemaIsToldFieldByField) {
  const auto reply = made(twilio(
      "bad",
      R"("account_sid":"AC12","from":"+15005550006","base_url":"ftp://x","validity_period_s":99999,"colour":"red")",
      R"("auth_token":{"value":"x"})"));
  expectField(reply, "/config/account_sid", {"AC12", "AC[0-9A-Za-z]"});
  expectField(reply, "/config/base_url", {"ftp://x", "https?"});
  expectField(reply, "/config/validity_period_s", {"99999", "36000"});
  expectField(reply, "/config/colour", {});
  EXPECT_EQ(bells().host.get(std::string(kProviders) + "/bad", "spare").status, 404);
}

TEST_F(BadInput, ASecretThatThePluginHasNotIsNamedAndNotEchoed) {
  const auto reply = made(twilio("bad", R"("account_sid":"AC0123456789abcdef0123456789abcdef","from":"+15005550006")",
                                 R"("auth_token":{"value":"x"},"pass":{"value":"do-not-echo"})"));
  expectField(reply, "/secrets", {"pass", "auth_token", "key_secret"});
  EXPECT_THAT(reply.body, ::testing::Not(HasSubstr("do-not-echo")));
}

TEST_F(BadInput, ATenantFileIsToldItsLineKeyAndWhatIsAllowed) {
  auto& host = bells().host;
  host.writeTenant("crooked",
                   "tenant: crooked\nproviders:\n  - {id: one, plugin: sendgird, channel: email}\n"
                   "  - {id: two, plugin: ses, channel: email, config: {region: eu-west-1, mode: both, regoin: x}}\n");
  ASSERT_TRUE(host.reload());
  std::string complaints;
  for (const auto& line : host.logs())
    if (line.find("crooked.yaml") != std::string::npos) complaints += line + "\n";
  EXPECT_THAT(complaints, HasSubstr("sendgird"));
  EXPECT_THAT(complaints, HasSubstr("crooked.yaml:3"));
  EXPECT_THAT(complaints, HasSubstr("both"));
  EXPECT_THAT(complaints, HasSubstr("regoin"));
  EXPECT_EQ(host.get(kProviders, "crooked").status, 404) << "a file with errors changes nothing";
}

TEST_F(BadInput, AnEmbeddedHostSimulatesAnInstanceWhoseSecretIsMissing) {
  const auto shown = bells().host.get(std::string(kProviders) + "/keyless-twilio", "keyless");
  EXPECT_EQ(shown.text("/simulated"), "true") << shown.body;
  const auto sent = bells().send(textMessage("+34600000401"), "sent", "keyless");
  EXPECT_EQ(sent.text("/deliveries/0/timeline/3/detail/simulated"), "true") << sent.body;
  expectNothingLeft();
}

TEST_F(BadInput, AHostInProductionDoesNotPretend) {
  const auto& first = bells().host;
  HostOptions options;
  options.embedded = false;
  options.set = {"database.url=" + first.databaseUrl(),
                 "security.master_key_file=" + (first.dataDirectory() / "master.key").string()};
  options.args = {"--roles", "api"};
  options.tenant_files["strict"] =
      "tenant: strict\nproviders:\n  - {id: strict-twilio, plugin: twilio, channel: sms, config: {account_sid: "
      "AC0123456789abcdef0123456789abcdef, from: '+15005550006'}, secrets: {auth_token: {env: "
      "BELFRY_TEST_NO_SUCH_SECRET}}}\n";
  RunningHost second(options);
  const auto shown =
      second.api("GET", std::string(kProviders) + "/strict-twilio", "", "strict", {{"X-API-Key", first.adminKey()}});
  EXPECT_EQ(shown.text("/simulated"), "false") << shown.body;
  EXPECT_THAT(shown.text("/problem"), HasSubstr("auth_token"));
  EXPECT_THAT(shown.text("/problem"), HasSubstr("BELFRY_TEST_NO_SUCH_SECRET"));
  const auto failed = bells().send(textMessage("+34600000402"), "failed", "strict");
  EXPECT_EQ(failed.text("/deliveries/0/error/code"), "no_provider") << failed.body;
  EXPECT_THAT(errorOf(failed), HasSubstr("BELFRY_TEST_NO_SUCH_SECRET"));
}

TEST_F(BadInput, AChannelWithoutAnEnabledProviderIsSaid) {
  const auto& host = bells().host;
  expectField(
      host.send(R"({"channel":"whatsapp","recipient":{"phone":"+34600000403"},"content":{"text":"x"}})", "cloud"),
      "/channel", {"cloud", "whatsapp", "enabled provider"});
  ASSERT_EQ(made(R"({"id":"off-hook","plugin":"webhook","enabled":false,"config":{"url":"https://a.example/"},)"
                 R"("secrets":{"signing_secret":{"value":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}})")
                .status,
            201);
  expectField(host.send(R"({"channel":"webhook","recipient":{"userId":"x"},"content":{"text":"x"}})", "spare"),
              "/channel", {"spare", "webhook", "enabled provider"});
  const std::string both = R"({"channels":["email","webhook"],"recipient":{"email":"a@b.example","userId":"x"},)"
                           R"("content":{"subject":"x","text":"x"}})";
  expectField(host.send(both, "spare"), "/channels/1", {"webhook"});
  expectNothingLeft();
}

TEST_F(BadInput, NumbersAndTokensThatAreNoneAreRefusedAtTheDoor) {
  for (const std::string phone : {"12345", "+34", "+3460000040x", "+999123456789"}) {
    const auto refused = bells().host.send(textMessage(phone), "acme");
    expectField(refused, "/recipient/phone", {phone, "an international number"});
  }
  expectField(bells().host.send(pushMessage(""), "acme"), "/recipient/deviceTokens/0/token", {});
  expectField(bells().host.send(pushMessage("with space"), "acme"), "/recipient/deviceTokens/0/token", {});
  expectField(
      bells().host.send(R"({"channel":"push","recipient":{"deviceTokens":[{"token":"abc","platform":"fridge"}]},)"
                        R"("content":{"text":"x"}})",
                        "acme"),
      "/recipient/deviceTokens/0/platform", {"fridge", "android"});
  const auto device =
      bells().host.post("/api/v1/services/users/bad/devices", R"({"token":"a b","platform":"ios"})", "acme");
  expectField(device, "/token", {});
  expectNothingLeft();
}

TEST_F(BadInput, WhatAChannelCannotCarryNeverLeaves) {
  struct Case {
    std::string channel, content, more, says;
  };
  const std::string file = R"(,"attachments":[{"filename":"a.txt","contentType":"text/plain","base64":"YQ=="}])";
  for (const auto& one :
       {Case{"sms", std::string(1601, 'x'), "", "1600"}, Case{"whatsapp", std::string(4097, 'x'), "", "4096"},
        Case{"whatsapp", "see the file", file, "ttachment"}, Case{"slack", "see the file", file, "ttachment"},
        Case{"push", std::string(5000, 'x'), "", "4096"}, Case{"inapp", std::string(20000, 'x'), "", "16384"}}) {
    const auto failed = bells().send(
        R"({"channel":")" + one.channel +
            R"(","recipient":{"userId":"bad-user","phone":"+34600000405","deviceTokens":[{"token":"fcm-token-bad-0001",)"
            R"("platform":"android"}]},"content":{"title":"T","text":")" +
            one.content + "\"}" + one.more + "}",
        "failed");
    EXPECT_THAT(errorOf(failed), HasSubstr(one.says)) << one.channel;
    EXPECT_EQ(failed.text("/deliveries/0/attempt"), "1") << one.channel;
  }
  expectNothingLeft();
}

TEST_F(BadInput, AnAttachmentTooLargeIsRefusedAtTheDoor) {
  const auto refused = bells().host.send(
      mailBody("big@example.test",
               R"(,"attachments":[{"filename":"a.bin","contentType":"application/octet-stream","base64":")" +
                   std::string(15 * 1024 * 1024, 'A') + "\"}]"),
      "acme");
  EXPECT_THAT(refused.status, ::testing::AnyOf(413, 422)) << refused.error << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("allowed"));
  expectNothingLeft();
}

TEST_F(BadInput, NothingGoesToAHostThatIsNeitherInManifestNorConfig) {
  ASSERT_EQ(
      made(R"({"id":"foreign-slack","plugin":"slack","secrets":{"webhook_url":{"value":"https://evil.example/x"}}})")
          .status,
      201);
  const auto failed =
      bells().send(R"({"channel":"slack","recipient":{"userId":"x"},"content":{"text":"x"}})", "failed", "spare");
  EXPECT_THAT(errorOf(failed), HasSubstr("hooks.slack.com")) << failed.body;
  EXPECT_THAT(errorOf(failed), ::testing::Not(HasSubstr("evil.example/x")));
}

TEST_F(BadInput, APrivateAddressThatIsNotListedIsNeverConnectedTo) {
  ASSERT_EQ(made(twilio("private-twilio",
                        R"("account_sid":"AC0123456789abcdef0123456789abcdef","from":"+15005550006",)"
                        R"("base_url":"https://127.0.0.1:)" +
                            std::to_string(bells().providers.httpsPort()) + R"(/twilio")",
                        R"("auth_token":{"value":"0123456789abcdef0123456789abcdef"})"))
                .status,
            201);
  const auto failed = bells().send(textMessage("+34600000406"), "failed", "spare");
  EXPECT_THAT(errorOf(failed), HasSubstr("allow_private_hosts")) << failed.body;
  expectNothingLeft();
}

TEST_F(BadInput, ACallbackCannotSendTheHostElsewhere) {
  const auto url = bells().callbackUrl("ses", "cloud-ses");
  for (const std::string params :
       {R"({"subscribe_url":"https://evil.example/?Action=ConfirmSubscription"})",
        R"({"subscribe_url":"http://169.254.169.254/latest/meta-data"})",
        R"({"signing_cert_url":"https://evil.example/x.pem"})",
        R"({"signing_cert_url":"https://sns.eu-west-1.amazonaws.com.evil.example/x.pem"})"}) {
    const auto answers = bells().providers.callback(
        R"({"provider":"sns","type":"SubscriptionConfirmation","to_url":")" + url + R"(","params":)" + params + "}");
    EXPECT_EQ(answers.at(0).status, 403) << params << answers.at(0).body;
  }
  EXPECT_TRUE(bells().providers.requests("sns", "accepted").empty());
}

}  // namespace
}  // namespace belfry::test
