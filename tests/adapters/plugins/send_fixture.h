// A provider instance of the puppet on a scripted exchange, and messages that script it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "adapters/plugins/plugin_channels.h"
#include "instance_parts.h"
#include "plugin_files.h"
#include "scripted_exchange.h"

namespace belfry::test {

using namespace std::chrono_literals;

/// Any config fits any schema.
inline std::vector<std::string> acceptAll(const std::string&, const std::string&) { return {}; }

inline ProviderInstance puppetInstance(const std::string& config = "{}") {
  ProviderInstance instance;
  instance.slug = "main";
  instance.plugin = "puppet";
  instance.channel = Channel::email;
  instance.config_json = config;
  instance.secrets = {{"password", "s3cret"}};
  return instance;
}

/// One registry for the whole program, as in a host.
inline const plugins::PluginRegistry& puppetRegistry() {
  static const LockFile lock({"puppet", "quiet-puppet", "puppet-engine"});
  static const Log quiet(2, LogLevel::error);
  static const plugins::PluginRegistry registry({{lock.path()}, ""}, quiet);
  return registry;
}

inline std::shared_ptr<OutgoingMessage> puppetMessage(const std::string& script, const std::string& then = "") {
  auto message = std::make_shared<OutgoingMessage>();
  message->delivery = DeliveryId::mint(TimePoint(1'800'000'000s));
  message->attempt = 1;
  message->channel = Channel::email;
  message->to = "ada@example.test";
  message->content = {{"do", script}, {"then", then}};
  message->created_at = TimePoint(1'800'000'000s);
  message->deadline = std::chrono::steady_clock::now() + 60s;
  return message;
}

class SendFixture : public ::testing::Test {
 protected:
  /// The outcome arrives here; counted, since it must come exactly once.
  struct Pending {
    std::promise<SendOutcome> promise;
    std::shared_future<SendOutcome> future = promise.get_future().share();
    std::atomic<int> calls = 0;
    bool ended() const { return calls.load() > 0; }
  };

  void SetUp() override {
    auto made = channels_.create(puppetInstance(R"({"host":"relay.example.test"})"));
    ASSERT_TRUE(made) << made.error();
    instance_ = *made;
  }

  std::shared_ptr<Pending> start(std::shared_ptr<const OutgoingMessage> message) {
    auto pending = std::make_shared<Pending>();
    instance_->send(std::move(message), [pending](SendOutcome outcome) {
      if (++pending->calls == 1) pending->promise.set_value(std::move(outcome));
    });
    return pending;
  }
  std::shared_ptr<Pending> start(const std::string& script, const std::string& then = "") {
    return start(puppetMessage(script, then));
  }

  /// The outcome of an operation that must have ended by now.
  static SendOutcome outcomeOf(const Pending& pending) {
    EXPECT_EQ(pending.calls.load(), 1) << "not ended, or ended more than once";
    return pending.ended() ? pending.future.get() : SendOutcome{};
  }
  SendOutcome run(const std::string& script, const std::string& then = "") { return outcomeOf(*start(script, then)); }
  /// Runs it with every exchange answered at once, before start() returns.
  SendOutcome runAnswered(const std::string& script, const std::string& then, const SmtpResult& answer) {
    exchange_.on_start = [this, answer](std::size_t index) { exchange_.answer(index, answer); };
    return run(script, then);
  }

  KeptLog log_;
  ScriptedExchange exchange_;
  InstanceParts parts_;
  plugins::PluginChannels channels_{puppetRegistry(), parts_.with(exchange_), acceptAll, log_.log(), {}};
  std::shared_ptr<ChannelInstance> instance_;
};

/// Prints as the vocabulary's word.
MATCHER_P(EndsAs, word, "ends as " + std::string(word)) {
  *result_listener << "which is " << toText(arg.outcome) << " (" << arg.code << ": " << arg.detail << ")";
  return toText(arg.outcome) == word;
}

}  // namespace belfry::test
