// Slack, by a bot and by an incoming webhook, and the generic webhook whose signature the simulator verifies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

std::string alert(const std::string& channel, const std::string& more = "") {
  return R"({"channel":")" + channel +
         R"(","recipient":{"userId":"on-call"},"content":{"title":"Disk full","text":"db-1 <97 %>"},)"
         R"("metadata":{"host":"db-1"})" +
         more + "}";
}

class Alerts : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }
};

TEST_F(Alerts, ABotPostsToItsChannel) {
  const auto sent = bells().send(alert("slack"), "sent");
  const auto post = readBy(lastRequest("slack"));
  EXPECT_EQ(post.text("/channel"), "#alerts") << post.body;
  EXPECT_THAT(post.text("/text"), HasSubstr("db-1 &lt;97 %&gt;"));
  EXPECT_THAT(sent.text("/deliveries/0/providerMessageId"), HasSubstr("#alerts:"));
}

TEST_F(Alerts, AnArchivedChannelFailsAtOnceAndARateLimitIsWaitedFor) {
  const auto failed = bells().send(alert("slack", R"(,"options":{"slack":{"channel":"C0000ARCHIVED"}})"), "failed");
  EXPECT_THAT(errorOf(failed), HasSubstr("is_archived"));
  bells().providers.script(R"({"provider":"slack","answers":[{"error":"ratelimited"}]})");
  EXPECT_EQ(bells().send(alert("slack"), "sent").text("/deliveries/0/attempt"), "2");
}

TEST_F(Alerts, AnIncomingWebhookTakesTheText) {
  bells().send(alert("slack"), "sent", "cloud");
  const auto request = lastRequest("slack");
  EXPECT_THAT(request.target, HasSubstr("/slack/hook/"));
  EXPECT_THAT(readBy(request).text("/text"), HasSubstr("Disk full"));
}

TEST_F(Alerts, AnEventIsSignedAndNamesItsDelivery) {
  const auto sent = bells().send(alert("webhook", R"(,"options":{"webhook":{"type":"disk.full"}})"), "delivered");
  const auto request = lastRequest("hook");
  EXPECT_EQ(request.headers.at("webhook-id"), sent.text("/deliveries/0/id"));
  const auto event = readBy(request);
  EXPECT_EQ(event.text("/type"), "disk.full") << event.body;
  EXPECT_EQ(event.text("/data/metadata/host"), "db-1");
  EXPECT_EQ(event.text("/data/recipient/user_id"), "on-call");
}

TEST_F(Alerts, AnEventIsRepeatedWithItsIdUntilTheReceiverTakesIt) {
  bells().providers.script(R"({"provider":"hook","answers":[{"error":"503"},{"close":"after_body"}]})");
  const auto sent = bells().send(alert("webhook"), "delivered");
  EXPECT_EQ(sent.text("/deliveries/0/attempt"), "3") << sent.body;
  for (const auto& request : bells().providers.requests("hook", "all"))
    EXPECT_EQ(request.headers.at("webhook-id"), sent.text("/deliveries/0/id"));
}

TEST_F(Alerts, AnAddressElsewhereIsNeverPostedTo) {
  const auto failed = bells().send(
      R"({"channel":"webhook","recipient":{"userId":"https://evil.example/hook"},"content":{"text":"hi"}})", "failed");
  EXPECT_THAT(errorOf(failed), HasSubstr("foreign_host"));
  EXPECT_TRUE(bells().providers.requests("hook", "all").empty());
}

}  // namespace
}  // namespace belfry::test
