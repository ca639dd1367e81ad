// Connections that are kept: reuse, limits, idling, scopes; TLS; draining and counting.
#include "certificates.h"
#include "h2_server.h"
#include "http_fixture.h"
#include "scripted_server.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void serveWell(Peer& peer) {
  while (!peer.request().empty()) peer.send(kOk);
}

class HttpPool : public HttpFixture {
 protected:
  /// A second exchange, limited so, waits for the only connection, which the first one holds, and never leaves.
  void expectWaitEnds(const std::function<void(HttpExchange&)>& limit) {
    ScriptedServer server([](Peer& peer) {
      peer.request();
      peer.waitForEnd();
    });
    startExchange(server.port(), {.max_connections_per_host = 1});
    ExchangeHandle first;
    const Future held = start(postTo(server.port()), &first);
    HttpExchange late = postTo(server.port());
    limit(late);
    expectFailed(send(std::move(late)), ExchangeFate::not_sent, ExchangeError::timeout,
                 "waiting for a free connection");
    exchange_->cancel(first);
    expectFailed(wait(held), ExchangeFate::maybe_sent, ExchangeError::cancelled);
    EXPECT_EQ(server.connections(), 1);
    exchange_.reset();
  }
};

TEST_F(HttpPool, AConnectionIsUsedAgainWithinItsScopeOnly) {
  ScriptedServer server(serveWell);
  startExchange(server.port());
  expectAnswer(send(postTo(server.port())), 200, "ok");
  EXPECT_TRUE(send(postTo(server.port())).connection_reused);
  HttpExchange other = postTo(server.port());
  other.pool_scope = "globex/main";
  EXPECT_FALSE(send(std::move(other)).connection_reused);
  EXPECT_TRUE(send(postTo(server.port())).connection_reused);
  EXPECT_EQ(server.connections(), 2);
  const auto stats = exchange_->stats();
  EXPECT_EQ(stats.connections, 2u);
  EXPECT_EQ(stats.idle, 2u);
  EXPECT_EQ(stats.opened, 2u);
  EXPECT_EQ(stats.reused, 2u);
  exchange_.reset();
}

TEST_F(HttpPool, NoMoreConnectionsThanAllowed) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  ScriptedServer server([&](Peer& peer) {
    while (!peer.request().empty()) {
      const int now = ++inside;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
      --inside;
      peer.send(kOk);
    }
  });
  startExchange(server.port(), {.max_connections_per_host = 3});
  std::vector<Future> results;
  for (int i = 0; i < 300; ++i) results.push_back(start(postTo(server.port())));
  for (const Future& result : results) expectAnswer(wait(result), 200, "ok");
  EXPECT_LE(server.connections(), 3);
  EXPECT_LE(most, 3);
  exchange_.reset();
}

/// Sixteen connections, one of them kept for urgent exchanges; the others are held by requests without an answer.
TEST_F(HttpPool, AnUrgentRequestWaitsForNoOrdinaryOne) {
  constexpr std::size_t kMost = 16;
  constexpr std::size_t kHeld = kMost - curl::keptForUrgent(kMost);
  std::atomic<std::size_t> held{0};
  std::promise<void> go;
  ScriptedServer server([&, go = go.get_future().share()](Peer& peer) {
    for (auto request = peer.request(); !request.empty(); request = peer.request()) {
      if (request.find("urgent") == std::string::npos && ++held <= kHeld) go.wait();
      peer.send(kOk);
    }
  });
  startExchange(server.port(), {.max_connections_per_host = kMost});
  std::vector<Future> ordinary;
  for (std::size_t i = 0; i < 40; ++i) ordinary.push_back(start(postTo(server.port())));
  ASSERT_TRUE(waitUntil(20s, [&] { return held == kHeld; }));
  HttpExchange urgent = postTo(server.port());
  urgent.urgent = true;
  urgent.headers.emplace_back("x-kind", "urgent");
  expectAnswer(send(std::move(urgent)), 200, "ok");
  EXPECT_EQ(held, kHeld) << "the kept connection serves nobody else";
  go.set_value();
  for (const Future& result : ordinary) expectAnswer(wait(result), 200, "ok");
  exchange_.reset();
}

TEST_F(HttpPool, WaitingForAConnectionCountsAgainstTheDeadline) {
  expectWaitEnds([](HttpExchange& request) { request.deadline = std::chrono::steady_clock::now() + 100ms; });
}

TEST_F(HttpPool, WhatHasNotBegunByItsTimeNeverLeaves) {
  expectWaitEnds([](HttpExchange& request) { request.begin_by = std::chrono::steady_clock::now() + 100ms; });
}

TEST_F(HttpPool, WhatBeganInTimeMayEndLater) {
  std::promise<std::chrono::steady_clock::time_point> told;
  ScriptedServer server([begin_by = told.get_future().share()](Peer& peer) {
    peer.request();
    EXPECT_TRUE(waitUntil(20s, [&] { return std::chrono::steady_clock::now() > begin_by.get(); }));
    peer.send(kOk);
  });
  startExchange(server.port());
  HttpExchange request = postTo(server.port());
  request.begin_by = std::chrono::steady_clock::now() + 1s;
  told.set_value(request.begin_by);
  expectAnswer(send(std::move(request)), 200, "ok");
  exchange_.reset();
}

/// Somebody holds the loop's thread while the time passes, so that its timer comes no earlier than the connection.
TEST_F(HttpPool, ALoopThatIsLateLetsNothingLeave) {
  std::atomic<int> requests = 0;
  ScriptedServer server([&](Peer& peer) {
    while (!peer.request().empty()) {
      ++requests;
      peer.send(kOk);
    }
  });
  startExchange(server.port());
  std::promise<HttpResult> second;
  exchange_->start(postTo(server.port()), [&](HttpResult) {
    HttpExchange late = postTo(server.port());
    late.begin_by = std::chrono::steady_clock::now() + 20ms;
    const auto until = late.begin_by;
    exchange_->start(std::move(late), [&](HttpResult result) { second.set_value(std::move(result)); });
    EXPECT_TRUE(waitUntil(10s, [&] { return std::chrono::steady_clock::now() >= until; }));
  });
  auto result = second.get_future();
  ASSERT_EQ(result.wait_for(30s), std::future_status::ready);
  expectFailed(result.get(), ExchangeFate::not_sent, ExchangeError::timeout);
  exchange_.reset();
  EXPECT_EQ(requests, 1);
}

TEST_F(HttpPool, AnIdleConnectionIsClosedInTime) {
  std::promise<void> closed;
  ScriptedServer server([&](Peer& peer) {
    serveWell(peer);
    closed.set_value();
  });
  startExchange(server.port(), {.idle_connection = 50ms});
  expectAnswer(send(postTo(server.port())), 200, "ok");
  EXPECT_EQ(closed.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(waitUntil(20s, [&] { return exchange_->stats().connections == 0; }));
  exchange_.reset();
}

TEST_F(HttpPool, DrainingWaitsCancelsAndClosesEverything) {
  std::promise<void> asked;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    asked.set_value();
    peer.waitForEnd();
  });
  startExchange(server.port());
  const Future held = start(postTo(server.port()));
  asked.get_future().wait();
  EXPECT_EQ(exchange_->stats().in_flight, 1u);
  EXPECT_EQ(exchange_->stats().idle, 0u);
  exchange_->drain(std::chrono::steady_clock::now());
  expectFailed(wait(held), ExchangeFate::maybe_sent, ExchangeError::cancelled, "the host stops");
  expectFailed(send(postTo(server.port())), ExchangeFate::not_sent, ExchangeError::cancelled, "the host stops");
  EXPECT_EQ(exchange_->stats().connections, 0u);
}

TEST_F(HttpPool, TheConnectTimeoutCoversTls) {
  ScriptedServer server([](Peer& peer) { peer.waitForEnd(); });
  startExchange(server.port(), {.connect_timeout = 200ms});
  HttpExchange request = postTo(server.port());
  request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/secret";
  expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::timeout, "connecting");
  exchange_.reset();
}

TEST_F(HttpPool, CertificatesAreVerified) {
  const Certificates certificates("push.example.test");
  H2Server server(certificates, [](H2Peer& peer) { peer.waitForEnd(); });
  const std::string port = std::to_string(server.port());
  const auto refused = [&](const std::string& host, const std::string& ca_file) {
    const std::string target = host + ':' + port;
    startExchange(curl::CurlExchangeSettings{
        .resolve = {target + ":127.0.0.1"}, .ca_file = ca_file, .allow_private_hosts = {target}});
    HttpExchange request = postTo(server.port());
    request.url = "https://" + target + "/secret";
    request.allowed_hosts = {host};
    expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::tls, target);
    exchange_.reset();
  };
  refused("push.example.test", "");                      // signed by nobody the system knows
  refused("other.example.test", certificates.caFile());  // made for another name
}

}  // namespace
}  // namespace belfry::test
