// Text messages and pushes over Amazon SNS: a device's token becomes an endpoint, which is published to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

class Sns : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }
  static ApiReply registered(const std::string& user, const std::string& token) {
    return bells().host.post("/api/v1/services/users/" + user + "/devices",
                             R"({"token":")" + token + R"(","platform":"android"})", "cloud");
  }
  static std::string toUser(const std::string& user) {
    return R"({"channel":"push","recipient":{"userId":")" + user +
           R"("},"content":{"title":"Hello","body":"It rings."}})";
  }
};

TEST_F(Sns, ATextGoesToTheNumberWithItsKind) {
  const auto sent = bells().send(textMessage("+34600000101"), "sent", "cloud");
  const auto publish = readBy(lastRequest("sns"));
  EXPECT_EQ(publish.text("/PhoneNumber"), "+34600000101") << publish.body;
  EXPECT_THAT(publish.text("/MessageAttributes"), HasSubstr("Transactional"));
  EXPECT_NE(sent.text("/deliveries/0/providerMessageId"), "null");
}

TEST_F(Sns, ATextIsRefusedThrottledOrInDoubtByTheCode) {
  struct Case {
    std::string error, status, attempt;
  };
  for (const auto& one : {Case{"OptedOut", "bounced", "1"}, Case{"Throttling", "sent", "2"},
                          Case{"ServiceUnavailable", "sent", "2"}, Case{"InternalError", "unknown", "1"}}) {
    bells().providers.script(R"({"provider":"sns","answers":[{"error":")" + one.error + R"("}]})");
    const auto done = bells().send(textMessage("+34600000102"), one.status, "cloud");
    EXPECT_EQ(done.text("/deliveries/0/attempt"), one.attempt) << done.body;
    EXPECT_THAT(done.body, HasSubstr(one.error));
  }
}

TEST_F(Sns, ATokenBecomesAnEndpointOnceAndIsPublishedTo) {
  for (int i = 0; i < 2; ++i) bells().send(pushMessage("sns-token-one-0001"), "sent", "cloud");
  const auto requests = bells().providers.requests("sns");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(readBy(requests[0]).text("/Action"), "CreatePlatformEndpoint");
  EXPECT_EQ(readBy(requests[0]).text("/Token"), "sns-token-one-0001");
  EXPECT_EQ(readBy(requests[1]).text("/Action"), "Publish");
  EXPECT_THAT(readBy(requests[1]).text("/TargetArn"), HasSubstr(":endpoint/GCM/"));
  EXPECT_EQ(readBy(requests[2]).text("/TargetArn"), readBy(requests[1]).text("/TargetArn"));
}

TEST_F(Sns, ADisabledEndpointDisablesTheUsersDevice) {
  const auto device = registered("sns-user", "sns-token-dead-001");
  ASSERT_EQ(device.status, 201) << device.body;
  bells().providers.script(
      R"({"provider":"sns","match":{"body":"Action=Publish"},"answers":[{"error":"EndpointDisabled"}]})");
  const auto bounced = bells().send(toUser("sns-user"), "bounced", "cloud");
  EXPECT_THAT(errorOf(bounced), HasSubstr("EndpointDisabled"));
  const auto devices = bells().host.get("/api/v1/services/users/sns-user/devices", "cloud");
  ASSERT_EQ(devices.size("/items"), 1u) << devices.body;
  EXPECT_NE(devices.text("/items/0/disabledAt"), "null") << devices.body;
  EXPECT_THAT(devices.text("/items/0/reason"), HasSubstr("EndpointDisabled"));
  const auto again = bells().host.send(toUser("sns-user"), "cloud");
  EXPECT_EQ(again.status, 422) << again.body;
  EXPECT_THAT(again.body, HasSubstr("no_device"));
}

}  // namespace
}  // namespace belfry::test
