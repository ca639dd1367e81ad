// Connections are kept and reused; a dead one is replaced only while nothing can have been delivered.
#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <set>

#include "exchange_fixture.h"
#include "mail_sink.h"
#include "scripted_server.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

class Pool : public ExchangeFixture {
 protected:
  /// A second exchange, limited so, waits for the only connection, which the first one holds, and never leaves.
  void expectWaitEnds(const std::function<void(SmtpExchange&)>& limit) {
    std::promise<void> dot_seen;
    ScriptedServer server(silentAfterTheDot(dot_seen));
    startExchange(server.port(), {.max_smtp_connections_per_host = 1});
    ExchangeHandle first;
    const Future held = start(mailTo(server.port()), &first);
    dot_seen.get_future().wait();
    SmtpExchange late = mailTo(server.port());
    limit(late);
    expectFailed(send(std::move(late)), ExchangeFate::not_sent, ExchangeError::timeout,
                 "waiting for a free connection");
    exchange_->cancel(first);
    expectFailed(wait(held), ExchangeFate::maybe_sent, ExchangeError::cancelled);
  }
};

TEST_F(Pool, ReusesAConnection) {
  MailSink sink;
  startExchange(sink.port());
  for (int i = 0; i < 5; ++i) expectDelivered(send(mailTo(sink.port())));
  const auto mails = sink.mails();
  ASSERT_EQ(mails.size(), 5u);
  for (const ReceivedMail& mail : mails) EXPECT_EQ(mail.peer_port, mails[0].peer_port);
  EXPECT_EQ(exchange_->stats().opened, 1u);
  EXPECT_EQ(exchange_->stats().reused, 4u);
}

TEST_F(Pool, OpensNoMoreThanAllowedAndServesAll) {
  MailSink sink;
  startExchange(sink.port(), {.max_smtp_connections_per_host = 3});
  std::vector<Future> results;
  for (int i = 0; i < 60; ++i) results.push_back(start(mailTo(sink.port())));
  for (const Future& result : results) expectDelivered(wait(result));
  std::set<int> ports;
  for (const ReceivedMail& mail : sink.mails()) ports.insert(mail.peer_port);
  EXPECT_EQ(sink.mails().size(), 60u);
  EXPECT_LE(ports.size(), 3u);
  EXPECT_LE(exchange_->stats().opened, 3u);
}

/// Sixteen connections, one of them kept for urgent mails; the others are held by mails without an answer.
TEST_F(Pool, AnUrgentMailWaitsForNoOrdinaryOne) {
  constexpr std::size_t kMost = 16;
  constexpr std::size_t kHeld = kMost - curl::keptForUrgent(kMost);
  std::atomic<std::size_t> held{0};
  ScriptedServer server([&](Peer& peer) {
    peer.greet();
    if (peer.number() > static_cast<int>(kHeld)) return peer.serveWell();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    ++held;
    peer.waitForEnd();
  });
  startExchange(server.port(), {.max_smtp_connections_per_host = kMost});
  std::vector<Future> ordinary;
  for (std::size_t i = 0; i < 20; ++i) ordinary.push_back(start(mailTo(server.port())));
  ASSERT_TRUE(waitUntil(20s, [&] { return held == kHeld; }));
  SmtpExchange urgent = mailTo(server.port());
  urgent.urgent = true;
  expectDelivered(send(std::move(urgent)));
  EXPECT_EQ(server.connections(), static_cast<int>(kMost));
  for (const Future& result : ordinary) EXPECT_NE(result.wait_for(0s), std::future_status::ready);
  exchange_->drain(std::chrono::steady_clock::now());
}

TEST_F(Pool, SharesNothingBetweenUsersScopesOrTlsModes) {
  MailSink sink;
  startExchange(sink.port());
  SmtpExchange other = mailTo(sink.port());
  other.pool_scope = "tenant-2";
  expectDelivered(send(mailTo(sink.port())));
  expectDelivered(send(std::move(other)));
  EXPECT_EQ(exchange_->stats().opened, 2u);
  EXPECT_EQ(exchange_->stats().reused, 0u);
}

TEST_F(Pool, ClosesIdleConnectionsWithQuit) {
  std::promise<std::string> last;
  ScriptedServer server([&last](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.send("250 kept\r\n");
    last.set_value(peer.line());
  });
  startExchange(server.port(), {.idle_connection = 100ms});
  expectDelivered(send(mailTo(server.port())));
  EXPECT_EQ(last.get_future().get(), "QUIT");
  EXPECT_TRUE(waitUntil(5s, [this] { return exchange_->stats().connections == 0; }));
}

TEST_F(Pool, DropsAConnectionThatTheServerEnded) {
  MailSink first;
  const std::uint16_t port = first.port();
  startExchange(port);
  expectDelivered(send(mailTo(port)));
  EXPECT_EQ(exchange_->stats().idle, 1u);
  first.stop();
  EXPECT_TRUE(waitUntil(5s, [this] { return exchange_->stats().idle == 0; }));
  MailSink second({}, port);
  const SmtpResult result = send(mailTo(port));
  expectDelivered(result);
  EXPECT_FALSE(result.connection_reused);
}

// The server ends the connection just as the next mail begins: MAIL is written and the end is read.
TEST_F(Pool, ADeathNoticedAtMailLeadsToAFreshConnection) {
  std::atomic<int> kept{0};
  ScriptedServer server([&kept](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    ++kept;
    peer.send("250 kept\r\n");
    peer.line();  // the second MAIL
  });
  startExchange(server.port());
  expectDelivered(send(mailTo(server.port())));
  const SmtpResult second = send(mailTo(server.port()));
  expectDelivered(second);
  EXPECT_FALSE(second.connection_reused);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(kept, 2);
}

TEST_F(Pool, A421OnAPooledConnectionLeadsToAFreshOne) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.send("250 kept\r\n");
    peer.answer({"421 4.4.2 idle too long"});
  });
  startExchange(server.port());
  expectDelivered(send(mailTo(server.port())));
  expectDelivered(send(mailTo(server.port())));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(Pool, ADeathAfterDataWasAskedIsReportedAndNotRepeated) {
  std::atomic<int> data_commands{0};
  ScriptedServer server([&data_commands](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    ++data_commands;
    peer.send("250 kept\r\n");
    peer.answer({"250 ok", "250 ok"});
    if (peer.line() == "DATA") ++data_commands;
  });
  startExchange(server.port());
  expectDelivered(send(mailTo(server.port())));
  expectFailed(send(mailTo(server.port())), ExchangeFate::not_sent, ExchangeError::connection_lost, "at DATA");
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(data_commands, 2);
}

TEST_F(Pool, TheFreshConnectionIsNotReplacedOnceMore) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    if (peer.number() == 1) {
      peer.answer({"250 ok", "250 ok", "354 go on"});
      peer.message();
      peer.send("250 kept\r\n");
    }
    peer.line();
  });
  startExchange(server.port());
  expectDelivered(send(mailTo(server.port())));
  expectFailed(send(mailTo(server.port())), ExchangeFate::not_sent, ExchangeError::connection_lost, "MAIL and RCPT");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(Pool, AnUnfinishedTransactionIsResetFirst) {
  std::vector<std::string> said;
  std::mutex mutex;
  ScriptedServer server([&](Peer& peer) {
    peer.greet();
    for (std::string line = peer.line(); !line.empty(); line = peer.line()) {
      {
        const std::lock_guard lock(mutex);
        said.push_back(line);
      }
      if (line == "DATA") {
        peer.send("354 go on\r\n");
        peer.message();
      }
      peer.send(line.find("nobody") != std::string::npos ? "550 5.1.1 no\r\n" : "250 ok\r\n");
    }
  });
  startExchange(server.port());
  EXPECT_EQ(send(mailTo(server.port(), "nobody@example.test")).decisive(0)->code, 550);
  expectDelivered(send(mailTo(server.port())));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(said, (std::vector<std::string>{"MAIL FROM:<shop@example.test>", "RCPT TO:<nobody@example.test>", "RSET",
                                            "MAIL FROM:<shop@example.test>", "RCPT TO:<ada@example.test>", "DATA"}));
}

TEST_F(Pool, PipelinesTheEnvelopeWhereOffered) {
  std::promise<void> all_read;
  ScriptedServer server([&all_read](Peer& peer) {
    peer.greet({"PIPELINING"});
    for (int i = 0; i < 4; ++i) peer.line();  // MAIL and three RCPT before any answer
    all_read.set_value();
    peer.send("250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n");
    peer.answer({"354 go on"});
    peer.message();
    peer.send("250 kept\r\n");
    peer.waitForEnd();
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.recipients = {"a@example.test", "b@example.test", "c@example.test"};
  const SmtpResult result = send(std::move(request));
  all_read.get_future().get();
  EXPECT_EQ(result.decisive(0)->code, 250);
  EXPECT_EQ(result.decisive(1)->code, 550);
  EXPECT_EQ(result.decisive(2)->code, 250);
}

TEST_F(Pool, WaitingForAConnectionEndsAtTheDeadline) {
  expectWaitEnds([](SmtpExchange& request) { request.deadline = std::chrono::steady_clock::now() + 200ms; });
}

TEST_F(Pool, WhatHasNotBegunByItsTimeNeverLeaves) {
  expectWaitEnds([](SmtpExchange& request) { request.begin_by = std::chrono::steady_clock::now() + 100ms; });
}

TEST_F(Pool, WhatBeganInTimeMayEndLater) {
  std::promise<std::chrono::steady_clock::time_point> told;
  ScriptedServer server([begin_by = told.get_future().share()](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    EXPECT_TRUE(waitUntil(20s, [&] { return std::chrono::steady_clock::now() > begin_by.get(); }));
    peer.send("250 taken\r\n");
    peer.waitForEnd();
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.begin_by = std::chrono::steady_clock::now() + 1s;
  told.set_value(request.begin_by);
  expectDelivered(send(std::move(request)));
}

/// A login that takes too long: the connection is there, but the time is over.
TEST_F(Pool, AConnectionThatComesTooLateCarriesNothing) {
  std::promise<std::chrono::steady_clock::time_point> told;
  std::atomic<int> mails = 0;
  ScriptedServer server([&, begin_by = told.get_future().share()](Peer& peer) {
    EXPECT_TRUE(waitUntil(20s, [&] { return std::chrono::steady_clock::now() > begin_by.get(); }));
    peer.greet();
    if (peer.line().starts_with("MAIL")) ++mails;
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.begin_by = std::chrono::steady_clock::now() + 100ms;
  told.set_value(request.begin_by);
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::timeout);
  exchange_.reset();
  EXPECT_EQ(mails, 0);
}

TEST_F(Pool, AFailedConnectionMakesRoomForTheNext) {
  ScriptedServer server([](Peer& peer) {
    if (peer.number() == 1) return;
    peer.greet();
    peer.serveWell();
  });
  startExchange(server.port(), {.max_smtp_connections_per_host = 1});
  const Future first = start(mailTo(server.port()));
  const Future second = start(mailTo(server.port()));
  expectFailed(wait(first), ExchangeFate::not_sent, ExchangeError::connection_lost);
  expectDelivered(wait(second));
}

}  // namespace
}  // namespace belfry::test
