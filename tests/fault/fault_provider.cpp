// The provider refuses, defers, bounces, hangs up after the final dot, or stalls.
#include <algorithm>
#include <memory>

#include "fault/support/fault_test.h"
#include "fault/support/mute_server.h"

namespace belfry::test {
namespace {

class ProviderFault : public FaultTest {
 protected:
  static std::size_t recipientsTried(const MailSink& sink, const std::string& to) {
    const auto events = sink.events();
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const std::string& line) {
      return line.find(R"("event": "rcpt")") != line.npos && line.find('"' + to + '"') != line.npos;
    }));
  }
};

TEST_F(ProviderFault, RefusesConnectionsThenReturns) {
  const auto relay = freePort();
  auto& host = startHost(faultOptions({{"acme", relay}}, 30s));
  auto sender = sendTo(host, mails(20, "away", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  ASSERT_TRUE(host.waitForCount(20, "SELECT count(*) FROM belfry.deliveries WHERE attempt >= 2", kLimit))
      << host.output();
  MailSink sink({"--port", std::to_string(relay)});

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 20U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  for (const auto& [id, fate] : stock.fates) EXPECT_GE(fate.attempts, 3) << fate.to;
}

TEST_F(ProviderFault, DiesUnderLoadThenReturns) {
  constexpr std::size_t kConnections = 8;
  auto sink = std::make_unique<MailSink>();
  const auto relay = sink->port();
  auto options = faultOptions({{"acme", relay}}, 30s);
  options.set.push_back("exchange.max_smtp_connections_per_host=" + std::to_string(kConnections));
  auto& host = startHost(options);
  auto sender = sendTo(host, mails(400, "cut", "acme"), ledger_);
  ASSERT_TRUE(sink->waitForMessages(50, kLimit)) << host.output();
  sink->kill();
  MailSink second({"--port", std::to_string(relay)});
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();

  // Cut off before the final dot: sent again. Cut off after it: nobody knows, so it is held as `unknown`.
  const auto stock = reckon(host, {sink.get(), &second});
  EXPECT_EQ(stock.delivered + stock.unknown, 400U) << stock.findings();
  EXPECT_LE(stock.unknown, kConnections) << "more than the connections that were cut off";
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
}

TEST_F(ProviderFault, DefersTwiceThenAccepts) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 30s));
  auto sender = sendTo(host, mails(10, "later", "acme", "flaky-2"), ledger_);
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 10U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  for (const auto& [id, fate] : stock.fates) {
    EXPECT_EQ(fate.attempts, 3) << fate.to;
    EXPECT_EQ(recipientsTried(sink, fate.to), 3U) << fate.to;
  }
}

TEST_F(ProviderFault, RejectsARecipientAndIsNotAskedAgain) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 30s));
  auto rejected = sendTo(host, mails(5, "none", "acme", "reject-550"), ledger_);
  auto retried = sendTo(host, mails(5, "later", "acme", "flaky-3"), ledger_);
  ASSERT_TRUE(rejected.waitForAll(kLimit) && retried.waitForAll(kLimit)) << host.output();

  // The flaky ones are through their fourth attempt by now: whatever would be repeated has been.
  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.bounced, 5U) << stock.findings();
  EXPECT_EQ(stock.delivered, 5U) << stock.findings();
  for (const auto& [id, fate] : stock.fates) {
    EXPECT_EQ(recipientsTried(sink, fate.to), fate.state == "bounced" ? 1U : 4U) << fate.to;
  }
}

TEST_F(ProviderFault, HangsUpAfterTheFinalDotAndTheMailIsHeldAsUnknown) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 2s));
  auto dropped = sendTo(host, mails(5, "cut", "acme", "drop"), ledger_);
  auto retried = sendTo(host, mails(5, "later", "acme", "flaky-3"), ledger_);
  ASSERT_TRUE(dropped.waitForAll(kLimit) && retried.waitForAll(kLimit)) << host.output();
  reckon(host, {&sink});
  host.kill();  // nor does a restart repeat what is held
  host.start();
  auto last = sendTo(host, mails(1, "last", "acme"), ledger_);
  ASSERT_TRUE(last.waitForAll(kLimit));

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.unknown, 5U) << stock.findings();
  EXPECT_EQ(stock.delivered, 6U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  EXPECT_EQ(sink.messages().size(), 11U) << "the five were kept before the connection was cut, and once only";
}

TEST_F(ProviderFault, StallsOnSomeMailsAndTheOthersGoOn) {
  MailSink slow, quick;
  auto& host = startHost(faultOptions({{"acme", slow.port()}, {"other", quick.port()}}, 60s));
  auto stalled = sendTo(host, mails(4, "stalled", "acme", "slow-20"), ledger_);
  ASSERT_TRUE(slow.waitForMessages(4, kLimit)) << host.output();
  auto same_relay = sendTo(host, mails(100, "quick", "acme"), ledger_);
  auto other_tenant = sendTo(host, mails(100, "free", "other"), ledger_);
  ASSERT_TRUE(same_relay.waitForAll(kLimit) && other_tenant.waitForAll(kLimit)) << host.output();
  ASSERT_TRUE(slow.waitForMessages(104, kLimit)) << host.output();
  ASSERT_TRUE(quick.waitForMessages(100, kLimit)) << host.output();
  EXPECT_TRUE(host.waitForCount(200, "SELECT count(*) FROM belfry.deliveries WHERE status = 'sent'", kLimit));
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.work WHERE state = 'sending'"), 4)
      << "the stall ended too early to tell";

  EXPECT_EQ(reckon(host, {&slow, &quick}).delivered, 204U);
}

TEST_F(ProviderFault, StallsOnEveryConnectionAndAnotherTenantGoesOn) {
  MuteServer mute;
  MailSink quick;
  auto options = faultOptions({{"acme", mute.port()}, {"other", quick.port()}}, 60s);
  options.set.push_back("worker.drain_ms=100");  // nobody waits for the mute one at the end
  auto& host = startHost(options);
  Ledger stalled_ledger;  // what is stuck at a mute provider is still under way when the test ends
  auto stalled = sendTo(host, mails(50, "stalled", "acme"), stalled_ledger);
  ASSERT_TRUE(stalled.waitForAll(kLimit)) << host.output();
  ASSERT_TRUE(host.waitForCount(50, "SELECT count(*) FROM belfry.work WHERE state = 'sending'", kLimit));
  auto other = sendTo(host, mails(100, "free", "other"), ledger_);
  ASSERT_TRUE(other.waitForAll(kLimit)) << host.output();
  EXPECT_TRUE(host.waitForCount(100, "SELECT count(*) FROM belfry.deliveries WHERE status = 'sent'", kLimit));
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.deliveries WHERE status = 'sent' AND attempt = 1"), 100);
}

}  // namespace
}  // namespace belfry::test
