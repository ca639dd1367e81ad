// A plugin that throws, talks nonsense, never gives a result or lies, in one host and on one exchange with plugins that
// are good: only its own deliveries come to harm, and what it says of them is not believed against what the host saw.
#include <thread>

#include "send_fixture.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

/// The puppet beside the bundled SMTP and Twilio plugins, each with an instance of its own.
class Neighbours : public ::testing::Test {
 protected:
  static const plugins::PluginRegistry& registry() {
    static const LockFile puppets({"puppet"});
    static const Log quiet(2, LogLevel::error);
    static const plugins::PluginRegistry made({{bundledLock(), puppets.path()}, ""}, quiet);
    return made;
  }

  void SetUp() override {
    bad_ = create(puppetInstance(R"({"host":"relay.example.test"})"));
    auto mail = puppetInstance(R"({"host":"relay.example.test","tls":"none","from":"shop@example.test"})");
    mail.plugin = "smtp";
    mail.secrets.clear();
    mail_ = create(mail);
    ProviderInstance text;
    text.slug = "text";
    text.plugin = "twilio";
    text.channel = Channel::sms;
    text.config_json = R"({"account_sid":"AC0123456789abcdef0123456789abcdef","from":"+15550199"})";
    text.secrets = {{"auth_token", "0123456789abcdef0123456789abcdef"}};
    text_ = create(text);
    exchange_.on_start = [this](std::size_t index) {
      const bool of_puppet = exchange_.request(index).message.starts_with("Subject: x\r\n");
      answerLater([=, this] { exchange_.answer(index, of_puppet ? bad_answer_ : smtpDone(250)); });
    };
    exchange_.on_http = [this](std::size_t index) {
      answerLater([=, this] { exchange_.answerHttp(index, httpDone(201, R"({"sid":"SM1","status":"queued"})")); });
    };
    loop_ = std::jthread([this](std::stop_token stop) { answerUntil(stop); });
  }

  std::shared_ptr<ChannelInstance> create(const ProviderInstance& row) {
    auto made = channels_.create(row);
    EXPECT_TRUE(made) << row.plugin << ": " << made.error();
    return made ? *made : nullptr;
  }

  static std::shared_ptr<OutgoingMessage> letter() {
    auto message = puppetMessage("");
    message->content = {{"subject", "Hello"}, {"text", "Hello"}};
    return message;
  }
  static std::shared_ptr<OutgoingMessage> shortText() {
    auto message = puppetMessage("");
    message->channel = Channel::sms;
    message->to = "+15550100";
    message->content = {{"text", "Hello"}};
    return message;
  }

  /// What became of some deliveries: outcomes, and how often each ended.
  struct Ends {
    std::mutex mutex;
    std::vector<std::vector<SendOutcome>> outcomes;

    explicit Ends(std::size_t n) : outcomes(n) {}
    void note(std::size_t index, SendOutcome outcome) {
      std::lock_guard lock(mutex);
      outcomes[index].push_back(std::move(outcome));
    }
    bool all() {
      std::lock_guard lock(mutex);
      return std::all_of(outcomes.begin(), outcomes.end(), [](const auto& one) { return !one.empty(); });
    }
  };
  using Sent = std::shared_ptr<Ends>;

  static void send(const std::shared_ptr<ChannelInstance>& by, std::shared_ptr<const OutgoingMessage> message,
                   const Sent& ends, std::size_t index) {
    by->send(std::move(message), [ends, index](SendOutcome outcome) { ends->note(index, std::move(outcome)); });
  }

  /// Each misdeed from one thread, and letters and texts from two others, all at once, several times over.
  void besideGoodOnes(const std::string& script, const std::string& then, const char* word) {
    constexpr std::size_t kEach = 40;
    auto bad = std::make_shared<Ends>(kEach), letters = std::make_shared<Ends>(kEach),
         texts = std::make_shared<Ends>(kEach);
    {
      std::jthread a([&] {
        for (std::size_t i = 0; i < kEach; ++i) send(bad_, puppetMessage(script, then), bad, i);
      });
      std::jthread b([&] {
        for (std::size_t i = 0; i < kEach; ++i) send(mail_, letter(), letters, i);
      });
      std::jthread c([&] {
        for (std::size_t i = 0; i < kEach; ++i) send(text_, shortText(), texts, i);
      });
    }
    ASSERT_TRUE(waitUntil(30s, [&] { return bad->all() && letters->all() && texts->all(); }))
        << script << " / " << then;
    for (const auto& [ends, expected] : {std::pair{letters, "accepted"}, {texts, "accepted"}, {bad, word}})
      for (const auto& one : ends->outcomes) {
        ASSERT_EQ(one.size(), 1u) << script << " / " << then << ": a delivery ended more than once";
        EXPECT_THAT(one.front(), EndsAs(expected)) << script << " / " << then;
      }
  }

  SmtpResult bad_answer_ = smtpDone(250);  ///< what the bad one's mails get

 private:
  void answerLater(std::function<void()> answer) {
    std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.notify_one();
  }
  /// The exchange's loop: one thread answers everybody.
  void answerUntil(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !answers_.empty(); })) {
      auto answer = std::move(answers_.front());
      answers_.erase(answers_.begin());
      lock.unlock();
      answer();
      lock.lock();
    }
  }

  KeptLog log_;
  ScriptedExchange exchange_;
  InstanceParts parts_;
  plugins::PluginChannels channels_{registry(), parts_.with(exchange_), acceptAll, log_.log(), {}};
  std::shared_ptr<ChannelInstance> bad_, mail_, text_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::function<void()>> answers_;  // guarded by mutex_
  std::jthread loop_;                           // last: ends before what it uses
};

TEST_F(Neighbours, OneThatThrowsHarmsItsOwnOnly) {
  besideGoodOnes("throw", "", "rejected_request");
  besideGoodOnes("throw_int", "", "rejected_request");
  besideGoodOnes("smtp wait", "throw", "unknown");  // the server took it: not known to be a failure, and not repeated
}

TEST_F(Neighbours, OneThatTalksNonsenseHarmsItsOwnOnly) {
  besideGoodOnes("return:2147483647", "", "rejected_request");
  besideGoodOnes("smtp_null smtp_many_rcpts smtp_long_body smtp_no_pointer result_null result_no_pointer", "",
                 "rejected_request");
  besideGoodOnes("result:99 claims decline credential random_nowhere", "", "rejected_request");
  besideGoodOnes("alloc result_dirty", "", "accepted");
}

TEST_F(Neighbours, OneThatNeverGivesAResultHarmsItsOwnOnly) {
  besideGoodOnes("", "", "rejected_request");
  besideGoodOnes("wait", "", "rejected_request");
  besideGoodOnes("smtp wait", "wait", "unknown");
  besideGoodOnes("smtp wait", "smtp wait", "unknown");  // for ever: ended by the host's limit of exchanges
}

TEST_F(Neighbours, OneThatLiesIsNotBelieved) {
  besideGoodOnes("result_other_recipient", "", "rejected_request");
  besideGoodOnes("smtp wait", "result:7", "unknown");  // retry, though the server took it: would be sent twice
  besideGoodOnes("smtp result:7", "", "unknown");      // retry, with the mail still under way
  besideGoodOnes("result:3 result:1", "", "rejected_recipient");
}

/// Whoever says "accepted" of what never left has lost that message, and no other.
TEST_F(Neighbours, OneThatSaysAcceptedOfWhatNeverLeftLosesItsOwnOnly) {
  besideGoodOnes("result:1", "", "accepted");
  bad_answer_ = smtpFailed(ExchangeFate::not_sent, ExchangeError::connect);
  besideGoodOnes("smtp wait", "result:1", "accepted");
  bad_answer_ = smtpFailed(ExchangeFate::maybe_sent, ExchangeError::timeout);
  besideGoodOnes("smtp wait", "result:6", "unknown");
}

}  // namespace
}  // namespace belfry::test
