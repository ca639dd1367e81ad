// Bundled plugins in the host, up to what leaves: signatures and secrets that vectors show only by name.
#include "kit/crypto.h"
#include "send_fixture.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class Bundled : public ::testing::Test {
 protected:
  static const plugins::PluginRegistry& registry() {
    static const Log quiet(2, LogLevel::error);
    static const plugins::PluginRegistry made({{bundledLock()}, ""}, quiet);
    return made;
  }
  std::shared_ptr<ChannelInstance> instance(const std::string& plugin, Channel channel, const std::string& config,
                                            std::map<std::string, std::string> secrets) {
    ProviderInstance row;
    row.slug = "main";
    row.plugin = plugin;
    row.channel = channel;
    row.config_json = config;
    row.secrets = std::move(secrets);
    auto made = channels_.create(row);
    EXPECT_TRUE(made) << made.error();
    return made ? *made : nullptr;
  }
  static std::shared_ptr<OutgoingMessage> message(Channel channel, const std::string& to) {
    auto made = std::make_shared<OutgoingMessage>();
    made->delivery = DeliveryId::mint(TimePoint(1'800'000'000s));
    made->attempt = 1;
    made->channel = channel;
    made->to = to;
    made->user_id = "user_001";
    made->content = {{"text", "hello"}};
    made->created_at = TimePoint(1'800'000'000s);
    made->deadline = std::chrono::steady_clock::now() + 60s;
    return made;
  }
  std::optional<SendOutcome> probe(ChannelInstance& by) {
    auto outcome = std::make_shared<std::optional<SendOutcome>>();
    by.probe(std::chrono::steady_clock::now() + 60s, [outcome](SendOutcome given) { *outcome = std::move(given); });
    if (exchange_.count() > 0) exchange_.answer(0, login_);
    return *outcome;
  }

  SmtpResult login_;
  KeptLog log_;
  ScriptedExchange exchange_;
  InstanceParts parts_;
  plugins::PluginChannels channels_{registry(), parts_.with(exchange_), acceptAll, log_.log(), {}};
};

/// The secret of the Standard Webhooks test suite, and what it signs there.
constexpr std::string_view kKnownSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string standardSignature(std::string_view id, std::string_view timestamp, std::string_view body) {
  const auto key = fromBase64(kKnownSecret.substr(6));
  const auto content = std::string(id) + "." + std::string(timestamp) + "." + std::string(body);
  return "v1," + toBase64(asView(hmacSha256(*key, content)));
}

TEST_F(Bundled, AWebhookIsSignedAsAReceiverWillCheckIt) {
  ASSERT_EQ(standardSignature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  auto hook = instance("webhook", Channel::webhook, R"({"url":"https://hooks.example.test/in?x=1"})",
                       {{"signing_secret", std::string(kKnownSecret)}});
  auto sent = message(Channel::webhook, "user_001");
  sent->attachments = {{"a.txt", "text/plain", "", "attached"}};
  hook->send(sent, [](SendOutcome) {});
  ASSERT_EQ(exchange_.httpCount(), 1u);
  const auto request = exchange_.httpRequest(0);
  std::map<std::string, std::string> headers(request.headers.begin(), request.headers.end());
  EXPECT_EQ(request.url, "https://hooks.example.test/in?x=1");
  EXPECT_EQ(headers["webhook-id"], sent->delivery.toString());
  EXPECT_EQ(headers["webhook-signature"],
            standardSignature(headers["webhook-id"], headers["webhook-timestamp"], request.body));
  EXPECT_THAT(request.body, HasSubstr(R"("base64":"YXR0YWNoZWQ=")"));
  exchange_.answerHttp(0, httpFailed(ExchangeFate::not_sent, ExchangeError::connect));
}

TEST_F(Bundled, ASlackWebhookGoesWhereItsSecretSaysWhenTheConfigAgrees) {
  const std::string url = "https://hooks.slack.com/services/T0/B0/abcdefgh";
  auto slack = instance("slack", Channel::slack, "{}", {{"webhook_url", url}});
  slack->send(message(Channel::slack, "user_001"), [](SendOutcome) {});
  ASSERT_EQ(exchange_.httpCount(), 1u);
  EXPECT_EQ(exchange_.httpRequest(0).url, url);
  EXPECT_THAT(slack->preview(message(Channel::slack, "user_001")).exchanges_json,
              ::testing::AllOf(HasSubstr("https://hooks.slack.com/***"), Not(HasSubstr("abcdefgh"))));
  exchange_.answerHttp(0, httpFailed(ExchangeFate::not_sent, ExchangeError::connect));
}

TEST_F(Bundled, ASlackWebhookThatLeadsElsewhereStopsTheProvider) {
  for (const char* url : {"https://hooks.slack.com.evil.example/services/abcdefgh", "http://hooks.slack.com/services/x",
                          "https://hooks.slack.com", "services/T0/B0/abcdefgh"}) {
    auto slack = instance("slack", Channel::slack, "{}", {{"webhook_url", url}});
    std::optional<SendOutcome> outcome;
    slack->send(message(Channel::slack, "user_001"), [&](SendOutcome given) { outcome = std::move(given); });
    ASSERT_TRUE(outcome) << url;
    EXPECT_THAT(*outcome, EndsAs("credential")) << url;
    EXPECT_THAT(outcome->detail + log_.text(), Not(HasSubstr("abcdefgh")));
  }
  EXPECT_EQ(exchange_.httpCount(), 0u);
}

TEST_F(Bundled, TheSecretThatIsSetDecidesHowSlackIsSpokenTo) {
  auto slack = instance("slack", Channel::slack, R"({"channel":"#alerts"})",
                        {{"bot_token", "xoxb-1"}, {"webhook_url", "https://hooks.slack.com/services/x"}});
  slack->send(message(Channel::slack, "user_001"), [](SendOutcome) {});
  ASSERT_EQ(exchange_.httpCount(), 1u);
  EXPECT_EQ(exchange_.httpRequest(0).url, "https://slack.com/api/chat.postMessage");
  EXPECT_THAT(exchange_.httpRequest(0).headers, ::testing::Contains(Pair("Authorization", "Bearer xoxb-1")));
  exchange_.answerHttp(0, httpDone(200, R"({"ok":true,"channel":"C1","ts":"1.000001"})"));
}

TEST_F(Bundled, AProbeOfARelayLogsInAndNamesNobody) {
  auto relay =
      instance("smtp", Channel::email, R"({"host":"relay.example.test","username":"shop"})", {{"password", "s3cret"}});
  login_.outcome = {ExchangeFate::done, ExchangeError::none, {}};
  auto outcome = probe(*relay);
  ASSERT_EQ(exchange_.count(), 1u);
  EXPECT_TRUE(exchange_.request(0).recipients.empty());
  EXPECT_EQ(exchange_.request(0).message, "");
  EXPECT_EQ(exchange_.request(0).password, "s3cret");
  ASSERT_TRUE(outcome);
  EXPECT_THAT(*outcome, EndsAs("accepted"));
}

TEST_F(Bundled, AProbeOfARelayThatRefusesTheLoginSaysSo) {
  auto relay =
      instance("smtp", Channel::email, R"({"host":"relay.example.test","username":"shop"})", {{"password", "s3cret"}});
  login_ = smtpFailed(ExchangeFate::not_sent, ExchangeError::auth);
  auto outcome = probe(*relay);
  ASSERT_TRUE(outcome);
  EXPECT_THAT(*outcome, EndsAs("credential"));
}

TEST_F(Bundled, AnInAppMessageIsAnItem) {
  auto inbox = instance("inbox", Channel::inapp, "{}", {});
  auto sent = message(Channel::inapp, "user_001");
  sent->options = {{"action_url", "/orders/7"}, {"data", R"({"n":1})"}};
  std::optional<SendOutcome> outcome;
  inbox->send(sent, [&](SendOutcome given) { outcome = std::move(given); });
  ASSERT_TRUE(outcome);
  EXPECT_THAT(*outcome, EndsAs("delivered"));
  ASSERT_TRUE(outcome->inbox_item);
  EXPECT_EQ(outcome->inbox_item->body, "hello");
  EXPECT_EQ(outcome->inbox_item->action_url, "/orders/7");
  EXPECT_EQ(outcome->inbox_item->data_json, R"({"n":1})");
}

}  // namespace
}  // namespace belfry::test
