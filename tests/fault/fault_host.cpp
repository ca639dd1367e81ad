// The host dies: after its 202s, after it claimed, after the provider accepted, together with its servers, and
// politely.
#include <functional>
#include <memory>

#include "fault/support/fault_test.h"
#include "fault/support/mute_server.h"

namespace belfry::test {
namespace {

constexpr long kConnections = 8;

HostOptions withFewConnections(HostOptions options) {
  options.set.push_back("exchange.max_smtp_connections_per_host=" + std::to_string(kConnections));
  return options;
}

class HostDeath : public FaultTest {};

TEST_F(HostDeath, AfterABurstOf202sNothingIsLost) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 2s));
  auto sender = sendTo(host, mails(300, "burst", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  host.kill();
  host.start();
  EXPECT_EQ(reckon(host, {&sink}).accepted, 300U);
}

TEST_F(HostDeath, InTheMiddleOfABurstWhatItAcceptedIsNeitherLostNorTakenTwice) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 2s));
  auto sender = sendTo(host, mails(600, "half", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAccepted(100, kLimit)) << host.output();
  host.kill();
  host.start();
  sender.redirect(host.port());
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();

  EXPECT_GT(sender.unanswered(), 0U) << "the kill came after the burst";
  reckon(host, {&sink});
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.notifications"), 600)
      << "a key that was sent again after the crash made a second notification";
}

TEST_F(HostDeath, AfterTheClaimEachIsSentOnce) {
  constexpr long kMails = 20;
  auto mute = std::make_unique<MuteServer>();
  const auto relay = mute->port();
  auto& host = startHost(faultOptions({{"acme", relay}}, 5s));
  auto sender = sendTo(host, mails(kMails, "claimed", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  // Claimed, connected, and the provider says nothing: not a byte of a mail has left.
  ASSERT_TRUE(host.waitForCount(kMails, "SELECT count(*) FROM belfry.work WHERE state = 'sending'", kLimit));
  host.kill();
  mute.reset();
  MailSink sink({"--port", std::to_string(relay)});
  host.start();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, static_cast<std::size_t>(kMails));
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  for (const auto& [id, fate] : stock.fates) EXPECT_EQ(fate.leases_lost, 1) << fate.to;
}

/// Kills the host while the provider holds its answers to the final dots of as many mails as there are connections.
void killAfterTheProviderAccepted(HostUnderFault& host, MailSink& sink, Sender& sender) {
  sink.control(R"({"data_delay_s": 60})");
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  ASSERT_TRUE(sink.waitForMessages(kConnections, kLimit));
  ASSERT_TRUE(host.waitForCount(12, "SELECT count(*) FROM belfry.work WHERE state = 'sending'", kLimit));
  host.kill();
  sink.control("");
}

TEST_F(HostDeath, AfterTheProviderAcceptedAResendCarriesTheSameMessageId) {
  MailSink sink;
  auto& host = startHost(withFewConnections(faultOptions({{"acme", sink.port()}}, 8s)));
  auto sender = sendTo(host, mails(12, "accepted", "acme"), ledger_);
  ASSERT_NO_FATAL_FAILURE(killAfterTheProviderAccepted(host, sink, sender));
  host.start();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 12U);
  EXPECT_EQ(stock.duplicates, static_cast<std::size_t>(kConnections)) << "no more, no less than what was in flight";
}

TEST_F(HostDeath, AfterTheProviderAcceptedHoldSendsNothingTwice) {
  MailSink sink;
  auto options = withFewConnections(faultOptions({{"acme", sink.port()}}, 8s));
  options.set.push_back("lease_expired.email=hold");
  auto& host = startHost(options);
  auto sender = sendTo(host, mails(12, "held", "acme"), ledger_);
  ASSERT_NO_FATAL_FAILURE(killAfterTheProviderAccepted(host, sink, sender));
  host.start();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.unknown, 12U) << "nobody knows how far the attempts came";
  EXPECT_EQ(stock.duplicates, 0U);
  for (const auto& [id, fate] : stock.fates) EXPECT_EQ(fate.reason, "lease_expired") << fate.to;
  const auto timeline = host.notification(stock.fates.begin()->first, "acme");
  EXPECT_NE(timeline.body.find("lease_expired.email"), std::string::npos) << timeline.body;
}

TEST_F(HostDeath, TogetherWithItsServersInAnyOrder) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 2s));
  auto sender = sendTo(host, mails(450, "all", "acme"), ledger_);
  const std::vector<std::function<void()>> orders = {
      [&] { host.killPostgres(), host.killRedis(), host.kill(); },
      [&] { host.kill(), host.killPostgres(), host.killRedis(); },
      [&] { host.killRedis(), host.killPostmaster(), host.kill(); },
  };
  for (std::size_t round = 0; round < orders.size(); ++round) {
    ASSERT_TRUE(sender.waitForAccepted(100 * (round + 1), kLimit)) << host.output();
    orders[round]();
    host.start();
    sender.redirect(host.port());
  }
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  reckon(host, {&sink});
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.notifications"), 450);
}

TEST_F(HostDeath, SigtermUnderLoadFinishesWhatItBegan) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 30s));
  auto sender = sendTo(host, mails(400, "polite", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAccepted(150, kLimit)) << host.output();
  const auto ended = host.stop(kLimit);
  ASSERT_TRUE(ended) << "still running: " << host.output();
  EXPECT_EQ(ended->code, 0) << host.output();
  host.start();
  sender.redirect(host.port());
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 400U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  EXPECT_EQ(sender.surprises(), std::vector<std::string>());
}

}  // namespace
}  // namespace belfry::test
