// The SMTP plugin on the real exchange, to a real SMTP server that answers as told: what becomes of a message, end to
// end.
#include "adapters/curl/curl_exchange.h"
#include "kit/json.h"
#include "send_fixture.h"
#include "support/mail_sink.h"

namespace belfry::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Mail : public ::testing::Test {
 protected:
  explicit Mail(std::vector<std::string> options = {}) : sink_(std::move(options)) {}
  static const plugins::PluginRegistry& registry() {
    static const Log quiet(2, LogLevel::error);
    static const plugins::PluginRegistry made({{bundledLock()}, ""}, quiet);
    return made;
  }
  static curl::CurlExchangeSettings settings(std::uint16_t port) {
    curl::CurlExchangeSettings made;
    made.allow_private_hosts = {"127.0.0.1:" + std::to_string(port)};
    return made;
  }
  std::shared_ptr<ChannelInstance> instance(const std::string& more = "",
                                            std::map<std::string, std::string> secrets = {}) {
    ProviderInstance row;
    row.slug = "relay";
    row.plugin = "smtp";
    row.channel = Channel::email;
    row.config_json = R"({"host":"127.0.0.1","port":)" + std::to_string(sink_.port()) +
                      R"(,"tls":"none","from":"Shop <shop@example.test>")" + more + "}";
    row.secrets = std::move(secrets);
    auto made = channels_.create(row);
    EXPECT_TRUE(made) << made.error();
    return made ? *made : nullptr;
  }
  SendOutcome send(ChannelInstance& by, const std::string& to) {
    auto message = std::make_shared<OutgoingMessage>();
    message->delivery = DeliveryId::mint(SystemClock().now());
    message->attempt = 1;
    message->channel = Channel::email;
    message->to = to;
    message->to_name = "Ada";
    message->content = {{"subject", "Your order"}, {"text", "Hello\n.dot\nline"}, {"html", "<p>Hello</p>"}};
    message->attachments = {{"a.txt", "text/plain", "", "attached"}};
    message->created_at = SystemClock().now();
    message->deadline = std::chrono::steady_clock::now() + 30s;
    std::promise<SendOutcome> promise;
    auto future = promise.get_future();
    by.send(message, [&](SendOutcome outcome) { promise.set_value(std::move(outcome)); });
    if (future.wait_for(40s) != std::future_status::ready) {
      ADD_FAILURE() << "no outcome";
      std::abort();  // the promise would go away under the callback
    }
    return future.get();
  }

  KeptLog log_;
  MailSink sink_;
  curl::CurlExchange exchange_{log_.log(), settings(sink_.port())};
  InstanceParts parts_;
  plugins::PluginChannels channels_{registry(), parts_.with(exchange_), acceptAll, log_.log(), {}};
};

class MailWithLogin : public Mail {
 protected:
  MailWithLogin() : Mail({"--auth", "shop:s3cret"}) {}
};

TEST_F(MailWithLogin, AMessageArrivesByALoginWithTheSecret) {
  auto relay = instance(R"(,"username":"shop")", {{"password", "s3cret"}});
  auto outcome = send(*relay, "ada@example.test");
  EXPECT_THAT(outcome, EndsAs("accepted"));
  EXPECT_THAT(outcome.code, StartsWith("250"));
  EXPECT_NE(outcome.provider_message_id, "");
  ASSERT_TRUE(sink_.waitForMessages(1, 10s));
  auto mail = parseJson(sink_.messages().at(0));
  ASSERT_TRUE(mail);
  EXPECT_EQ(asView((*mail)["auth_user"]), "shop");
  EXPECT_EQ(asView((*mail)["from"]), "shop@example.test");
  EXPECT_EQ(asView((*mail)["rcpts"][0]), "ada@example.test");
  EXPECT_THAT(std::string(asView((*mail)["data"])),
              AllOf(HasSubstr("Subject: Your order\r\n"), HasSubstr("<p>Hello</p>"), HasSubstr("\r\n.dot\r\n"),
                    HasSubstr("YXR0YWNoZWQ="), ::testing::Not(HasSubstr("s3cret"))));
  EXPECT_THAT(log_.text(), ::testing::Not(HasSubstr("s3cret")));
}

TEST_F(MailWithLogin, AWrongSecretStopsTheProviderAndIsNotShown) {
  auto relay = instance(R"(,"username":"shop")", {{"password", "hunter2"}});
  auto outcome = send(*relay, "ada@example.test");
  EXPECT_THAT(outcome, EndsAs("credential"));
  EXPECT_THAT(outcome.detail + log_.text(), ::testing::Not(HasSubstr("hunter2")));
}

TEST_F(MailWithLogin, AMissingSecretStopsTheProvider) {
  EXPECT_THAT(send(*instance(R"(,"username":"shop")"), "ada@example.test"), EndsAs("credential"));
  EXPECT_TRUE(sink_.messages().empty());
}

TEST_F(Mail, AnswersBecomeOutcomes) {
  auto relay = instance();
  struct Case {
    const char* to;
    const char* outcome;
    const char* code;
  };
  for (const auto& [to, outcome, code] :
       {Case{"ada@example.test", "accepted", "250"}, Case{"reject-550@example.test", "rejected_recipient", "550"},
        Case{"defer-451@example.test", "retry", "451"},
        Case{"data-552@example.test", "rejected_recipient", "552 5.1.1"},
        Case{"dropmail@example.test", "retry", "connection_lost"}, Case{"drop@example.test", "unknown", ""}}) {
    auto seen = send(*relay, to);
    EXPECT_THAT(seen, EndsAs(outcome)) << to;
    EXPECT_THAT(seen.code, StartsWith(code)) << to;
  }
  ASSERT_TRUE(sink_.waitForMessages(2, 10s));
  auto dropped = parseJson(sink_.messages().back());
  ASSERT_TRUE(dropped);
  EXPECT_EQ(asView((*dropped)["rcpts"][0]), "drop@example.test") << "it did arrive: a repeat would have been a double";
  EXPECT_FALSE((*dropped)["answered"].GetBool());
}

TEST_F(Mail, ARelayThatIsGoneIsARetry) {
  auto relay = instance();
  sink_.kill();
  auto outcome = send(*relay, "ada@example.test");
  EXPECT_THAT(outcome, EndsAs("retry"));
  EXPECT_EQ(outcome.code, "connect");
}

TEST_F(Mail, AHostThatIsStoppingGivesTheAttemptBack) {
  auto relay = instance();
  exchange_.drain(std::chrono::steady_clock::now());
  auto outcome = send(*relay, "ada@example.test");
  EXPECT_THAT(outcome, EndsAs("retry"));
  EXPECT_EQ(outcome.code, "cancelled");
}

TEST_F(Mail, DowngradesAreRefused) {
  ProviderInstance row;
  row.plugin = "smtp";
  row.channel = Channel::email;
  row.config_json = R"({"host":"127.0.0.1","port":)" + std::to_string(sink_.port()) +
                    R"(,"tls":"starttls","from":"shop@example.test"})";
  auto relay = channels_.create(row);
  ASSERT_TRUE(relay) << relay.error();
  EXPECT_THAT(send(**relay, "ada@example.test"), EndsAs("credential"));
}

}  // namespace
}  // namespace belfry::test
