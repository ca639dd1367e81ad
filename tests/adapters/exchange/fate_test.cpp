// What is reported when a server goes silent or away, at each step: not_sent before the final dot, maybe_sent after it.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange_fixture.h"
#include "mail_sink.h"
#include "scripted_server.h"

namespace belfry::test {
namespace {

// 12 MB: Linux lets a connection on this machine hold up to about 10.
std::string moreThanBuffersHold() {
  std::string lines;
  for (int i = 0; i < 200'000; ++i) lines += "more than all buffers between the two hold, line after line\r\n";
  return lines;
}

class Fate : public ExchangeFixture {
 protected:
  SmtpResult sendBriefly(std::uint16_t port, std::chrono::milliseconds limit = 2s) {
    startExchange(port);
    SmtpExchange request = mailTo(port);
    request.deadline = std::chrono::steady_clock::now() + limit;
    return send(std::move(request));
  }
  SmtpResult sendTo(ScriptedServer& server) {
    startExchange(server.port());
    return send(mailTo(server.port()));
  }
};

TEST_F(Fate, SilenceInsteadOfAGreetingIsNotSent) {
  ScriptedServer server([](Peer& peer) { peer.waitForEnd(); });
  expectFailed(sendBriefly(server.port(), 300ms), ExchangeFate::not_sent, ExchangeError::timeout,
               "connecting and logging in");
}

TEST_F(Fate, TheConnectTimeoutCoversTheGreeting) {
  ScriptedServer server([](Peer& peer) { peer.waitForEnd(); });
  startExchange(server.port(), {.connect_timeout = 200ms});
  expectFailed(send(mailTo(server.port())), ExchangeFate::not_sent, ExchangeError::timeout, "before the greeting");
}

TEST_F(Fate, AHostThatDoesNotAnswerIsNotSent) {
  // A listener whose queue is full drops further SYNs, as a dead host does.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener, generic, size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  ASSERT_EQ(getsockname(listener, generic, &size), 0);
  std::vector<int> fillers;
  for (int i = 0; i < 8; ++i) {
    fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)connect(fillers.back(), generic, size);
  }
  startExchange(ntohs(address.sin_port), {.connect_timeout = 300ms});
  expectFailed(send(mailTo(ntohs(address.sin_port))), ExchangeFate::not_sent, ExchangeError::timeout);
  for (const int fd : fillers) close(fd);
  close(listener);
}

TEST_F(Fate, ARefusedConnectionIsNotSent) {
  const std::uint16_t port = freePort();
  startExchange(port);
  expectFailed(send(mailTo(port)), ExchangeFate::not_sent, ExchangeError::connect, "127.0.0.1:" + std::to_string(port));
}

TEST_F(Fate, ANameThatDoesNotResolveIsNotSent) {
  const std::string name = std::string(64, 'x') + ".test";  // a label may have 63 characters: no server is asked
  startExchange(curl::CurlExchangeSettings{});
  SmtpExchange request = mailTo(25);
  request.host = name;
  request.allowed_hosts = {name};
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::dns, name);
}

TEST_F(Fate, ARefusingGreetingIsNotSentAndItsReplyIsKept) {
  ScriptedServer server([](Peer& peer) {
    peer.send("554 5.7.1 you are on a list\r\n");
    peer.waitForEnd();
  });
  const SmtpResult result = sendTo(server);
  expectFailed(result, ExchangeFate::not_sent, ExchangeError::refused, "554 5.7.1 you are on a list");
  EXPECT_EQ(result.refusal->code, 554);
  EXPECT_EQ(result.refusal->enhanced_code, "5.7.1");
}

TEST_F(Fate, ServersThatSpeakAnotherLanguageAreNotSent) {
  ScriptedServer server([](Peer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.waitForEnd();
  });
  expectFailed(sendTo(server), ExchangeFate::not_sent, ExchangeError::protocol);
}

TEST_F(Fate, SilenceAfterDataIsNotSent) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok"});
    peer.waitForEnd();
  });
  expectFailed(sendBriefly(server.port()), ExchangeFate::not_sent, ExchangeError::timeout, "at DATA");
}

TEST_F(Fate, AnEndBeforeDataIsNotSent) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok"});
    peer.line();
  });
  expectFailed(sendTo(server), ExchangeFate::not_sent, ExchangeError::connection_lost, "at DATA");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Fate, AnEndInTheMiddleOfTheMessageIsNotSent) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.line();
    peer.abort();
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.message += moreThanBuffersHold();
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::connection_lost, "at the message");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Fate, SilenceInTheMiddleOfTheMessageIsNotSent) {
  std::promise<void> test_end;
  const auto end = test_end.get_future().share();
  ScriptedServer server([end](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    end.wait();  // reads no more
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.message += moreThanBuffersHold();
  request.deadline = std::chrono::steady_clock::now() + 3s;
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::timeout, "at the message");
  test_end.set_value();
}

TEST_F(Fate, ARefusalInTheMiddleOfTheMessageIsDone) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.line();
    peer.send("552 5.3.4 too much\r\n");
    peer.waitForEnd();
  });
  startExchange(server.port());
  SmtpExchange request = mailTo(server.port());
  request.message += moreThanBuffersHold();
  const SmtpResult result = send(std::move(request));
  EXPECT_EQ(result.outcome.fate, ExchangeFate::done) << result.outcome.detail;
  EXPECT_EQ(result.decisive(0)->code, 552);
}

TEST_F(Fate, SilenceAfterTheFinalDotMayBeSent) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.waitForEnd();
  });
  const SmtpResult result = sendBriefly(server.port());
  expectFailed(result, ExchangeFate::maybe_sent, ExchangeError::timeout, "at the final dot");
  EXPECT_EQ(result.recipients[0].code, 250);
  EXPECT_EQ(result.decisive(0), nullptr);
}

TEST_F(Fate, AnEndAfterTheFinalDotMayBeSentAndIsNotRepeated) {
  MailSink sink;
  startExchange(sink.port());
  expectFailed(send(mailTo(sink.port(), "drop@example.test")), ExchangeFate::maybe_sent, ExchangeError::connection_lost,
               "at the final dot");
  expectDelivered(send(mailTo(sink.port())));
  EXPECT_EQ(sink.mails().size(), 2u);
}

TEST_F(Fate, AnEndAfterTheFinalDotOnAPooledConnectionIsNotRepeatedEither) {
  MailSink sink;
  startExchange(sink.port());
  expectDelivered(send(mailTo(sink.port())));
  const SmtpResult dropped = send(mailTo(sink.port(), "drop@example.test"));
  expectFailed(dropped, ExchangeFate::maybe_sent, ExchangeError::connection_lost);
  EXPECT_TRUE(dropped.connection_reused);
  EXPECT_EQ(sink.mails().size(), 2u);
  EXPECT_EQ(exchange_->stats().opened, 1u);
}

TEST_F(Fate, NonsenseAfterTheFinalDotMayBeSent) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.send("what?\r\n");
    peer.waitForEnd();
  });
  expectFailed(sendTo(server), ExchangeFate::maybe_sent, ExchangeError::protocol, "no SMTP reply");
}

TEST_F(Fate, AnAnswerBeforeTheEndOfTheStreamCounts) {
  ScriptedServer server([](Peer& peer) {
    peer.greet({"PIPELINING"});
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.send("250 2.0.0 kept\r\n");
  });
  expectDelivered(sendTo(server));
}

TEST_F(Fate, A421AtTheFinalDotIsADefiniteRefusal) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    peer.send("421 4.3.2 going down\r\n");
  });
  const SmtpResult result = sendTo(server);
  EXPECT_EQ(result.outcome.fate, ExchangeFate::done);
  EXPECT_EQ(result.decisive(0)->code, 421);
}

TEST_F(Fate, A421AtMailOnANewConnectionIsNotSent) {
  ScriptedServer server([](Peer& peer) {
    peer.greet();
    peer.answer({"421 4.3.2 going down"});
  });
  const SmtpResult result = sendTo(server);
  expectFailed(result, ExchangeFate::not_sent, ExchangeError::refused, "421");
  EXPECT_EQ(result.refusal->code, 421);
  EXPECT_EQ(server.connections(), 1);
}

// libcurl's own SMTP waits for the answer to the final dot inside curl_multi_perform, and with it everybody else.
TEST_F(Fate, AServerThatThinksLongDelaysNobodyElse) {
  std::promise<void> others_done;
  const auto others = others_done.get_future().share();
  ScriptedServer slow([others](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    others.wait();
    peer.send("250 kept at last\r\n");
  });
  MailSink sink;
  startExchange({.allow_private_hosts = {"127.0.0.1:" + std::to_string(slow.port()),
                                         "127.0.0.1:" + std::to_string(sink.port())}});
  const Future waiting = start(mailTo(slow.port()));
  for (int i = 0; i < 5; ++i) expectDelivered(send(mailTo(sink.port())));
  EXPECT_NE(waiting.wait_for(0s), std::future_status::ready);
  others_done.set_value();
  expectDelivered(wait(waiting));
}

TEST_F(Fate, CancellingSaysHowFarItHadCome) {
  std::promise<void> dot_seen;
  ScriptedServer server(silentAfterTheDot(dot_seen));
  startExchange(server.port());
  ExchangeHandle handle;
  const Future result = start(mailTo(server.port()), &handle);
  dot_seen.get_future().wait();
  exchange_->cancel(handle);
  expectFailed(wait(result), ExchangeFate::maybe_sent, ExchangeError::cancelled, "at the final dot");
  exchange_->cancel(handle);  // finished: ignored
}

TEST_F(Fate, CancellingBeforeTheMessageIsNotSent) {
  ScriptedServer server([](Peer& peer) { peer.waitForEnd(); });
  startExchange(server.port());
  ExchangeHandle handle;
  const Future result = start(mailTo(server.port()), &handle);
  exchange_->cancel(handle);
  expectFailed(wait(result), ExchangeFate::not_sent, ExchangeError::cancelled);
}

}  // namespace
}  // namespace belfry::test
