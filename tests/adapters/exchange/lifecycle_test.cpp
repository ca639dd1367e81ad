// Starting, draining and stopping; settings that are refused; many exchanges at once.
#include <fstream>
#include <stdexcept>
#include <thread>

#include "exchange_fixture.h"
#include "mail_sink.h"
#include "scripted_server.h"

namespace belfry::test {
namespace {

using curl::CurlExchangeSettings;

class Lifecycle : public ExchangeFixture {};

std::string threadName() {
  std::ifstream file("/proc/thread-self/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

TEST_F(Lifecycle, CallsBackOnItsOwnNamedThread) {
  MailSink sink;
  startExchange(sink.port());
  std::promise<std::string> name;
  exchange_->start(mailTo(sink.port()), [&name](const SmtpResult&) { name.set_value(threadName()); });
  EXPECT_EQ(name.get_future().get(), "exchange");
}

TEST_F(Lifecycle, ACallbackMayStartTheNextExchange) {
  MailSink sink;
  startExchange(sink.port());
  std::promise<SmtpResult> second;
  exchange_->start(mailTo(sink.port()), [&](const SmtpResult&) {
    exchange_->start(mailTo(sink.port()), [&second](SmtpResult result) { second.set_value(std::move(result)); });
  });
  expectDelivered(second.get_future().get());
}

TEST_F(Lifecycle, ACallbackThatThrowsHarmsNobody) {
  MailSink sink;
  startExchange(sink.port());
  exchange_->start(mailTo(sink.port()), [](const SmtpResult&) { throw std::runtime_error("expected by the test"); });
  expectDelivered(send(mailTo(sink.port())));
}

TEST_F(Lifecycle, DrainWaitsForWhatIsUnderWay) {
  MailSink sink;
  startExchange(sink.port());
  std::vector<Future> results;
  for (int i = 0; i < 30; ++i) results.push_back(start(mailTo(sink.port())));
  exchange_->drain(std::chrono::steady_clock::now() + 30s);
  for (const Future& result : results) {
    ASSERT_EQ(result.wait_for(0s), std::future_status::ready);
    expectDelivered(result.get());
  }
}

TEST_F(Lifecycle, DrainCancelsAtItsDeadlineAndRefusesNewOnes) {
  std::promise<void> dot_seen;
  ScriptedServer server(silentAfterTheDot(dot_seen));
  startExchange(server.port());
  const Future result = start(mailTo(server.port()));
  dot_seen.get_future().wait();
  exchange_->drain(std::chrono::steady_clock::now());
  ASSERT_EQ(result.wait_for(0s), std::future_status::ready);
  expectFailed(result.get(), ExchangeFate::maybe_sent, ExchangeError::cancelled, "the host stops");
  expectFailed(send(mailTo(server.port())), ExchangeFate::not_sent, ExchangeError::cancelled, "no new exchanges");
}

TEST_F(Lifecycle, DrainSaysQuitOnPooledConnections) {
  std::promise<std::string> last;
  ScriptedServer server([&last](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.send("250 kept\r\n");
    last.set_value(peer.line());
  });
  startExchange(server.port());
  expectDelivered(send(mailTo(server.port())));
  exchange_->drain(std::chrono::steady_clock::now());
  EXPECT_EQ(last.get_future().get(), "QUIT");
}

TEST_F(Lifecycle, HundredsAreInFlightAtOnce) {
  constexpr int kMails = 300;
  std::promise<void> all_there;
  std::atomic<int> waiting{0};
  const auto go = all_there.get_future().share();
  ScriptedServer server([&, go](Peer& peer) {
    peer.greet({"PIPELINING"});
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    if (++waiting == kMails) all_there.set_value();
    go.wait();
    peer.send("250 kept\r\n");
    peer.waitForEnd();
  });
  startExchange(server.port(),
                {.max_smtp_connections_per_host = kMails + kMails / 10});  // some are kept for urgent ones
  std::vector<Future> results;
  for (int i = 0; i < kMails; ++i) results.push_back(start(mailTo(server.port())));
  ASSERT_EQ(go.wait_for(30s), std::future_status::ready) << waiting << " of " << kMails;
  for (const Future& result : results) expectDelivered(wait(result));
}

// No figure is expected here: it is printed for those who change this code.
TEST_F(Lifecycle, ManyMailsOverFewConnections) {
  constexpr int kMails = 2000;
  ScriptedServer server([](Peer& peer) {
    peer.greet({"PIPELINING"});
    peer.serveWell();
  });
  startExchange(server.port(), {.max_smtp_connections_per_host = 8});
  std::atomic<int> delivered{0};
  std::promise<void> all;
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<int> finished{0};
  for (int i = 0; i < kMails; ++i) {
    exchange_->start(mailTo(server.port()), [&](const SmtpResult& result) {
      if (result.data && result.data->positive()) ++delivered;
      if (++finished == kMails) all.set_value();
    });
  }
  ASSERT_EQ(all.get_future().wait_for(60s), std::future_status::ready);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(delivered, kMails);
  EXPECT_LE(server.connections(), 8);
  std::printf("%d mails over %d connections in %.0f ms: %.0f mails/s\n", kMails, server.connections(),
              took.count() * 1000, kMails / took.count());
}

std::string refusal(const CurlExchangeSettings& settings) {
  try {
    curl::validate(settings);
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "(accepted)";
}

TEST(ExchangeSettings, DefaultsAreAllowed) { EXPECT_EQ(refusal({}), "(accepted)"); }

TEST(ExchangeSettings, GoodResolveEntriesAreAllowed) {
  EXPECT_EQ(refusal({.resolve = {"a.test:25:10.0.0.1", "b.test:25:[fd00::1]", "[2606::1]:25:1.1.1.1"}}), "(accepted)");
}

TEST(ExchangeSettings, BadValuesAreNamedWithWhatIsAllowed) {
  for (const char* entry : {"a.test", "a.test:25", "a.test:25:", "a.test:x:1.1.1.1", "a.test:25:name",
                            "*.test:25:1.1.1.1", "a.test:25:fd00::1"}) {
    EXPECT_EQ(refusal({.resolve = {entry}}), "exchange.resolve: '" + std::string(entry) +
                                                 "' is not allowed; allowed: host:port:address, IPv6 in brackets");
  }
  EXPECT_EQ(refusal({.ca_file = "/nowhere/ca.pem"}),
            "exchange.ca_file: '/nowhere/ca.pem' is not allowed; allowed: a readable file of PEM certificates");
  EXPECT_EQ(refusal({.ca_file = "/etc/hostname"}).find("exchange.ca_file: '/etc/hostname'"), 0u);
  EXPECT_EQ(refusal({.ca_file = "/etc"}).find("exchange.ca_file: '/etc'"), 0u);
  EXPECT_EQ(refusal({.timeout = 0ms}), "exchange.timeout_ms: '0' is not allowed; allowed: 1 to 3600000");
  EXPECT_EQ(refusal({.connect_timeout = -1ms}).find("exchange.connect_timeout_ms: '-1'"), 0u);
  EXPECT_EQ(refusal({.max_connections_per_host = 0}).find("exchange.max_connections_per_host: '0'"), 0u);
  EXPECT_EQ(refusal({.max_smtp_connections_per_host = 0}).find("exchange.max_smtp_connections_per_host: '0'"), 0u);
  EXPECT_EQ(refusal({.idle_connection = 0ms}).find("exchange.idle_connection_ms: '0'"), 0u);
  EXPECT_EQ(refusal({.allow_private_hosts = {"nope"}}).find("exchange.allow_private_hosts: 'nope'"), 0u);
}

}  // namespace
}  // namespace belfry::test
