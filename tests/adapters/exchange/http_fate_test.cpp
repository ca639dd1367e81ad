// What is reported when an HTTP server goes silent or away, at each step, and that nothing is ever sent twice.
#include "http_fixture.h"
#include "scripted_server.h"
#include "support/child_process.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

const std::string kOk = "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-Message-Id: m1\r\n\r\nok";

class HttpFate : public HttpFixture {
 protected:
  /// Sends one POST, which ends after 1 s at the latest, to a server that does `script` on its only connection.
  HttpResult meet(const ScriptedServer::Script& script, bool commits = true) {
    ScriptedServer server(script);
    startExchange(server.port());
    HttpExchange request = postTo(server.port());
    request.commits = commits;
    request.deadline = std::chrono::steady_clock::now() + 1s;
    HttpResult result = send(std::move(request));
    EXPECT_EQ(server.connections(), 1);
    exchange_.reset();
    return result;
  }
  void expectLostOnceLeft(const ScriptedServer::Script& script, ExchangeError error, const std::string& detail = "") {
    expectFailed(meet(script, true), ExchangeFate::maybe_sent, error, detail);
    expectFailed(meet(script, false), ExchangeFate::not_sent, error, detail);
  }
};

TEST_F(HttpFate, AWholeAnswerIsDone) {
  std::string request;
  const HttpResult result = meet([&](Peer& peer) {
    request = peer.request();
    peer.send(kOk);
    peer.waitForEnd();
  });
  expectAnswer(result, 202, "ok");
  ASSERT_NE(result.reply->header("x-message-id"), nullptr);
  EXPECT_EQ(*result.reply->header("x-message-id"), "m1");
  EXPECT_EQ(result.http_version, 11);
  EXPECT_EQ(result.remote_ip, "127.0.0.1");
  EXPECT_FALSE(result.connection_reused);
  EXPECT_TRUE(request.starts_with("POST /v1/secret-path?key=secret-query HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\nhello")) << request;
}

TEST_F(HttpFate, ARefusedConnectionIsNotSent) {
  const std::uint16_t port = freePort();
  startExchange(port);
  expectFailed(send(postTo(port)), ExchangeFate::not_sent, ExchangeError::connect, "127.0.0.1:" + std::to_string(port));
}

// Whether the reset is there before the request leaves is the kernel's choice; the report tells which it was.
TEST_F(HttpFate, ResetAfterTheConnection) {
  const HttpResult result = meet([](Peer& peer) { peer.abort(); });
  if (result.outcome.error == ExchangeError::connect)
    expectFailed(result, ExchangeFate::not_sent, ExchangeError::connect);
  else expectFailed(result, ExchangeFate::maybe_sent, ExchangeError::connection_lost);
}
TEST_F(HttpFate, ResetWithinTheHead) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.line();
        peer.abort();
      },
      ExchangeError::connection_lost);
}
TEST_F(HttpFate, AnEndAfterTheHead) {
  expectLostOnceLeft([](Peer& peer) { peer.head(); }, ExchangeError::connection_lost);
}
TEST_F(HttpFate, AnEndAfterTheWholeRequest) {
  expectLostOnceLeft([](Peer& peer) { peer.request(); }, ExchangeError::connection_lost);
}
TEST_F(HttpFate, ResetAfterTheWholeRequest) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.abort();
      },
      ExchangeError::connection_lost);
}
TEST_F(HttpFate, HalfAHeadOfTheAnswer) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 202 Accep");
      },
      ExchangeError::connection_lost);
}
TEST_F(HttpFate, HalfABodyOfGivenLength) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\nhalf");
      },
      ExchangeError::connection_lost, "reading the answer");
}
TEST_F(HttpFate, HalfAChunkedBody) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n8\r\nano");
      },
      ExchangeError::connection_lost, "reading the answer");
}
TEST_F(HttpFate, SilenceBeforeTheAnswer) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.waitForEnd();
      },
      ExchangeError::timeout, "waiting for the answer: the deadline passed");
}
TEST_F(HttpFate, SilenceInTheBody) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\nhalf");
        peer.waitForEnd();
      },
      ExchangeError::timeout, "reading the answer: the deadline passed");
}
TEST_F(HttpFate, BytesThatAreNoHttp) {
  expectLostOnceLeft(
      [](Peer& peer) {
        peer.request();
        peer.send("220 smtp.test ESMTP secret\r\n");
      },
      ExchangeError::protocol);
}

// The server keeps the connection, reads the second request on it and closes: just what libcurl would silently repeat.
TEST_F(HttpFate, APooledConnectionThatEndsIsNotSentAgain) {
  for (const bool commits : {true, false}) {
    std::atomic<int> requests{0};
    ScriptedServer server([&](Peer& peer) {
      for (; !peer.request().empty(); peer.send(kOk))
        if (++requests == 2) return;
    });
    startExchange(server.port());
    expectAnswer(send(postTo(server.port())), 202, "ok");
    HttpExchange second = postTo(server.port());
    second.commits = commits;
    const HttpResult result = send(std::move(second));
    expectFailed(result, commits ? ExchangeFate::maybe_sent : ExchangeFate::not_sent, ExchangeError::connection_lost,
                 "not sent again");
    EXPECT_TRUE(result.connection_reused);
    EXPECT_EQ(requests, 2);
    EXPECT_EQ(server.connections(), 1);
    expectAnswer(send(postTo(server.port())), 202, "ok");
    exchange_.reset();
  }
}

// Found dead before anything is written to it: that is no attempt.
TEST_F(HttpFate, AConnectionThatEndedWhileIdleIsReplaced) {
  std::promise<void> closed;
  ScriptedServer server([&](Peer& peer) {
    for (; !peer.request().empty(); peer.send(kOk)) {
      if (peer.number() == 1) {
        peer.send(kOk);
        peer.abort();
        closed.set_value();
        return;
      }
    }
  });
  startExchange(server.port());
  expectAnswer(send(postTo(server.port())), 202, "ok");
  closed.get_future().wait();
  const HttpResult result = send(postTo(server.port()));
  expectAnswer(result, 202, "ok");
  EXPECT_FALSE(result.connection_reused);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpFate, InterimAnswersAreNotTheAnswer) {
  const HttpResult result = meet([](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk);
    peer.waitForEnd();
  });
  expectAnswer(result, 202, "ok");
  EXPECT_EQ(result.reply->headers.size(), 2u);
}

}  // namespace
}  // namespace belfry::test
