// The C++ side of the provider simulators. What they accept and refuse: tests/support/providers/test_simulator.py.
#include <gtest/gtest.h>

#include "support/http_client.h"
#include "support/provider_simulator.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

class SimulatedProviders : public ::testing::Test {
 protected:
  HttpReply postToSlack(const std::string& body) const {
    const auto port = static_cast<std::uint16_t>(std::stoi(providers_.httpUrl().substr(17)));
    return request(
        "POST", port, "/slack/api/chat.postMessage",
        {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + providers_.account("slack", "bot_token")}},
        body);
  }

  ProviderSimulator providers_;
};

TEST_F(SimulatedProviders, AcceptedAndRefusedRequestsAreToldApart) {
  const std::string good = R"({"channel":"C0123","text":"Grüße"})";
  EXPECT_EQ(postToSlack(good).status, 200);
  EXPECT_EQ(postToSlack(R"({"channel":"C0123","surprise":1})").status, 200);  // Slack refuses so
  ASSERT_TRUE(providers_.waitForRequests("slack", 1, 10s));
  const auto accepted = providers_.requests("slack");
  ASSERT_EQ(accepted.size(), 1u);
  EXPECT_EQ(accepted[0].body, good);
  EXPECT_EQ(accepted[0].parsed, good);
  EXPECT_EQ(accepted[0].status, 200);
  EXPECT_EQ(accepted[0].headers.at("content-type"), "application/json");
  EXPECT_EQ(accepted[0].target, "/slack/api/chat.postMessage");
  const auto refused = providers_.requests("", "refused");
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_NE(refused[0].problem.find("surprise"), std::string::npos) << refused[0].problem;
  providers_.reset();
  EXPECT_TRUE(providers_.requests("", "all").empty());
}

TEST_F(SimulatedProviders, ScriptsAnswerInTheirTurn) {
  providers_.script(R"({"provider": "slack", "answers": [{"error": "ratelimited"}, {"close": "after_body"}]})");
  const std::string good = R"({"channel":"C0123","text":"Hi"})";
  EXPECT_EQ(postToSlack(good).status, 429);
  EXPECT_EQ(postToSlack(good).status, 0);
  EXPECT_EQ(postToSlack(good).status, 200);
  EXPECT_EQ(providers_.requests("slack", "scripted").size(), 2u);
}

TEST_F(SimulatedProviders, MistakesInCallsAreTold) {
  EXPECT_THROW(providers_.script(R"({"provider": "slack", "answers": [{"error": "no_such_error"}]})"),
               std::runtime_error);
  EXPECT_THROW(providers_.callback(R"({"provider": "fcm", "type": "x", "to_url": "http://127.0.0.1:1/"})"),
               std::runtime_error);
  EXPECT_THROW(providers_.account("slack", "no_such_name"), std::runtime_error);
}

TEST_F(SimulatedProviders, CallbacksReportWhatTheReceiverDid) {
  const std::string nobody = "http://127.0.0.1:" + std::to_string(freePort()) + "/";
  const auto answers =
      providers_.callback(R"({"provider": "twilio", "type": "sent", "repeat": 2, "to_url": ")" + nobody + R"("})");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].status, 0);
  EXPECT_NE(answers[0].error, "");
}

}  // namespace
}  // namespace belfry::test
