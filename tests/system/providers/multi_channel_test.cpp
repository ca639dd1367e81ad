// One send over four channels from one template: each channel its own words and options; what a dry run shows, and what
// is explained afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "kit/crypto.h"
#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string everywhere(const std::string& more = "") {
  return R"({"channels":["email","sms","push","inapp"],"strategy":"all","recipient":{"userId":"multi-ada",)"
         R"("email":"multi@example.test","phone":"+34600000301",)"
         R"("deviceTokens":[{"token":"fcm-token-multi-01","platform":"android"}]},)"
         R"("template":{"key":"everywhere"},"data":{"orderId":"A-1042"},"options":{"email":{"categories":["orders"]},)"
         R"("sms":{"validity_period":600},"inapp":{"category":"orders"}})" +
         more + "}";
}

/// The part of `deliveries`, `previews` or the like that belongs to a channel: its pointer.
std::map<std::string, std::string> byChannel(const ApiReply& reply, const std::string& list) {
  std::map<std::string, std::string> places;
  for (std::size_t i = 0; i < reply.size(list); ++i) {
    const std::string place = list + "/" + std::to_string(i);
    places[reply.text(place + "/channel")] = place;
  }
  return places;
}

/// The text without Twilio's account SID, in which the simulator's auth token happens to stand.
std::string withoutAccountSid(std::string text) {
  const auto sid = bells().providers.account("twilio", "account_sid");
  for (auto at = text.find(sid); at != std::string::npos; at = text.find(sid)) text.erase(at, sid.size());
  return text;
}

/// Every secret value that these channels have, also in the form in which it travels.
std::vector<std::string> secrets() {
  const auto& providers = bells().providers;
  const auto account = parseJson(providers.account("fcm", "service_account"));
  EXPECT_TRUE(account);
  const std::string key((*account)["private_key"].GetString());
  const auto second_line = key.find('\n') + 1;
  const auto token = providers.account("twilio", "auth_token");
  return {providers.account("sendgrid", "api_key"), token,
          toBase64(providers.account("twilio", "account_sid") + ":" + token), key.substr(second_line, 40)};
}

/// The notification is `delivered` as soon as the inbox has it and no other delivery is under way.
class MultiChannel : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }
};

TEST_F(MultiChannel, EveryChannelGetsItsOwnWordsAndOptions) {
  const auto accepted = bells().host.send(everywhere(), "acme");
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  ASSERT_EQ(accepted.size("/deliveries"), 4u);
  const auto sent = bells().host.waitForStatus(accepted.text("/id"), "delivered", "acme");
  auto place = byChannel(sent, "/deliveries");
  EXPECT_EQ(sent.text(place["email"] + "/status"), "sent") << sent.body;
  EXPECT_EQ(sent.text(place["sms"] + "/status"), "sent");
  EXPECT_EQ(sent.text(place["push"] + "/status"), "sent");
  EXPECT_EQ(sent.text(place["inapp"] + "/status"), "delivered");
  const auto mail = readBy(lastRequest("sendgrid"));
  EXPECT_EQ(mail.text("/content/0/value"), "Mail A-1042");
  EXPECT_EQ(mail.text("/categories"), R"(["orders"])");
  const auto text = readBy(lastRequest("twilio"));
  EXPECT_EQ(text.text("/Body"), "Text A-1042");
  EXPECT_EQ(text.text("/ValidityPeriod"), "600");
  EXPECT_EQ(readBy(lastRequest("fcm")).text("/message/notification/body"), "Push A-1042");
}

TEST_F(MultiChannel, ADryRunShowsEachExchangeAndNoSecret) {
  const auto dry = bells().host.send(everywhere(R"(,"dryRun":true)"), "acme");
  ASSERT_EQ(dry.status, 200) << dry.body;
  auto place = byChannel(dry, "/previews");
  ASSERT_EQ(place.size(), 4u) << dry.body;
  for (const auto& secret : secrets()) {
    ASSERT_GE(secret.size(), 20u);
    EXPECT_THAT(withoutAccountSid(dry.body), Not(HasSubstr(secret)));
  }
  EXPECT_EQ(dry.text(place["email"] + "/provider"), "acme-sendgrid");
  EXPECT_EQ(dry.text(place["email"] + "/exchanges/0/url"), bells().providers.baseUrl("sendgrid") + "/v3/mail/send");
  EXPECT_THAT(dry.text(place["email"] + "/exchanges/0/headers"), HasSubstr("***"));
  EXPECT_THAT(dry.text(place["email"] + "/exchanges/0/body"), HasSubstr("Mail A-1042"));
  EXPECT_THAT(dry.text(place["sms"] + "/exchanges/0/body"), HasSubstr("Text"));
  EXPECT_EQ(dry.text(place["sms"] + "/exchanges/0/mayDeliver"), "true");
  EXPECT_THAT(dry.text(place["push"] + "/exchanges/0/method"), "POST") << dry.text(place["push"]);
  EXPECT_EQ(dry.size(place["inapp"] + "/exchanges"), 0u);
  EXPECT_EQ(dry.text(place["inapp"] + "/outcome/class"), "delivered") << dry.text(place["inapp"]);
  EXPECT_EQ(dry.text(place["inapp"] + "/content/body"), "Inbox A-1042");
  EXPECT_TRUE(bells().providers.requests("", "all").empty());
  EXPECT_EQ(bells().count("deliveries WHERE id = '" + dry.text("/deliveries/0/id") + "'"), 0);
}

TEST_F(MultiChannel, TheExplanationNamesEachDecisionAndAttempt) {
  bells().providers.script(R"({"provider":"twilio","answers":[{"error":"20429"}]})");
  const auto accepted = bells().host.send(everywhere(), "acme");
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  bells().host.waitForStatus(accepted.text("/id"), "delivered", "acme");
  const auto explained =
      bells().host.get("/api/v1/services/notifications/" + accepted.text("/id") + "/explain", "acme");
  ASSERT_EQ(explained.status, 200) << explained.body;
  auto place = byChannel(explained, "/deliveries");
  ASSERT_EQ(place.size(), 4u);
  for (const auto& [channel, provider] :
       {std::pair("email", "acme-sendgrid"), {"push", "acme-fcm"}, {"inapp", "acme-inbox"}}) {
    EXPECT_EQ(explained.size(place[channel] + "/attempts"), 1u) << channel;
    EXPECT_EQ(explained.text(place[channel] + "/attempts/0/provider"), provider);
    EXPECT_EQ(explained.text(place[channel] + "/attempts/0/route/candidates/0/taken"), "true");
  }
  EXPECT_EQ(explained.size(place["sms"] + "/attempts"), 2u) << explained.body;
  EXPECT_EQ(explained.text(place["sms"] + "/attempts/0/detail/outcome"), "throttled");
  EXPECT_THAT(explained.text(place["sms"] + "/attempts/0/detail"), HasSubstr("20429"));
  EXPECT_EQ(explained.text(place["sms"] + "/attempts/1/result"), "sent");
  for (const auto& secret : secrets()) EXPECT_THAT(withoutAccountSid(explained.body), Not(HasSubstr(secret)));
}

TEST_F(MultiChannel, OneRefusedChannelLeavesTheOthersAlone) {
  bells().providers.script(R"({"provider":"twilio","answers":[{"error":"21610"}]})");
  const auto accepted = bells().host.send(everywhere(), "acme");
  const auto done = bells().host.waitForStatus(accepted.text("/id"), "delivered", "acme");
  auto place = byChannel(done, "/deliveries");
  EXPECT_EQ(done.text(place["sms"] + "/status"), "bounced") << done.body;
  EXPECT_EQ(done.text(place["email"] + "/status"), "sent");
  EXPECT_EQ(done.text(place["inapp"] + "/status"), "delivered");
}

}  // namespace
}  // namespace belfry::test
