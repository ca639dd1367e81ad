// HTTP/2 by ALPN: many requests over few connections (Debian's nghttpd), and streams and connections that the server
// refuses or drops (a server of our own, frame by frame).
#include <filesystem>
#include <fstream>

#include "h2_server.h"
#include "http_fixture.h"
#include "support/child_process.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

constexpr std::uint32_t kInternalError = 0x2;  // RFC 9113 §7
constexpr std::uint32_t kRefusedStream = 0x7;
constexpr std::uint32_t kCancel = 0x8;
constexpr std::uint32_t kHttp11Required = 0xd;

const Certificates& certificates() {
  static const Certificates made("push.example.test");
  return made;
}

class Http2 : public HttpFixture {
 protected:
  static curl::CurlExchangeSettings settingsFor(std::uint16_t port) {
    const std::string target = "push.example.test:" + std::to_string(port);
    curl::CurlExchangeSettings settings;
    settings.resolve = {target + ":127.0.0.1"};
    settings.allow_private_hosts = {target};
    settings.ca_file = certificates().caFile();
    return settings;
  }
  static HttpExchange postByName(std::uint16_t port, std::string body = "hello") {
    HttpExchange request = postTo(port, std::move(body));
    request.url = "https://push.example.test:" + std::to_string(port) + "/secret-path";
    request.allowed_hosts = {"push.example.test"};
    return request;
  }
  /// Answers the first request well, so that the connection is pooled and known to speak HTTP/2; then does `script`.
  void expectSecond(const std::function<void(H2Peer&, std::uint32_t)>& script, bool commits, ExchangeFate fate,
                    const std::string& detail) {
    std::atomic<int> requests{0};
    H2Server server(certificates(), [&](H2Peer& peer) {
      const std::uint32_t first = peer.request();
      if (first == 0) return;
      ++requests;
      if (peer.number() == 1) {
        peer.answer(first);
        const std::uint32_t second = peer.request();
        if (second == 0) return;
        ++requests;
        script(peer, second);
      } else peer.answer(first);
    });
    startExchange(settingsFor(server.port()));
    const HttpResult pooled = send(postByName(server.port()));
    expectAnswer(pooled, 200);
    EXPECT_EQ(pooled.http_version, 20);
    HttpExchange request = postByName(server.port());
    request.commits = commits;
    request.deadline = std::chrono::steady_clock::now() + 5s;
    const HttpResult result = send(std::move(request));
    expectFailed(result, fate, ExchangeError::connection_lost, detail);
    EXPECT_TRUE(result.connection_reused);
    EXPECT_EQ(requests, 2);
    EXPECT_EQ(server.connections(), 1);
    exchange_.reset();
  }
  void expectLost(const std::function<void(H2Peer&, std::uint32_t)>& script) {
    expectSecond(script, true, ExchangeFate::maybe_sent, "push.example.test");
    expectSecond(script, false, ExchangeFate::not_sent, "push.example.test");
  }
};

TEST_F(Http2, ARefusedStreamIsNotSent) {
  const auto refuse = [](H2Peer& peer, std::uint32_t stream) {
    peer.reset(stream, kRefusedStream);
    peer.waitForEnd();
  };
  expectSecond(refuse, true, ExchangeFate::not_sent, "refused the stream");
  expectSecond(refuse, false, ExchangeFate::not_sent, "refused the stream");
}

TEST_F(Http2, ARefusedStreamOnANewConnectionIsNotSent) {
  H2Server server(certificates(), [](H2Peer& peer) {
    peer.reset(peer.request(), kRefusedStream);
    peer.waitForEnd();
  });
  startExchange(settingsFor(server.port()));
  expectFailed(send(postByName(server.port())), ExchangeFate::not_sent, ExchangeError::connection_lost,
               "refused the stream");
  EXPECT_EQ(server.connections(), 1);
}

// RFC 9113 §6.8: streams above the last one that GOAWAY names were not processed.
TEST_F(Http2, AStreamThatGoAwayLeavesOutIsNotSent) {
  std::promise<void> first_left;
  std::promise<void> refused;
  H2Server server(certificates(), [&](H2Peer& peer) {
    peer.answer(peer.request());
    const std::uint32_t included = peer.request();
    first_left.set_value();
    peer.request();
    peer.goAway(included);
    refused.get_future().wait();
    peer.answer(included);
    peer.waitForEnd();
  });
  startExchange(settingsFor(server.port()));
  expectAnswer(send(postByName(server.port())), 200);
  const Future included = start(postByName(server.port()));
  first_left.get_future().wait();
  expectFailed(send(postByName(server.port())), ExchangeFate::not_sent, ExchangeError::connection_lost,
               "refused the stream");
  refused.set_value();
  expectAnswer(wait(included), 200);
  EXPECT_EQ(server.connections(), 1);
}

// libcurl then gives the connection up without saying what GOAWAY named: what cannot be known is not claimed.
TEST_F(Http2, TheOnlyStreamThatGoAwayLeavesOutMayHaveBeenSent) {
  expectLost([](H2Peer& peer, std::uint32_t stream) {
    peer.goAway(stream - 2);
    peer.waitForEnd();
  });
}

TEST_F(Http2, AStreamThatGoAwayIncludesMayHaveBeenSent) {
  expectLost([](H2Peer& peer, std::uint32_t stream) { peer.goAway(stream); });
}

TEST_F(Http2, AStreamThatGoAwayIncludesIsAnswered) {
  H2Server server(certificates(), [](H2Peer& peer) {
    const std::uint32_t stream = peer.request();
    peer.goAway(stream);
    peer.answer(stream);
    peer.waitForEnd();
  });
  startExchange(settingsFor(server.port()));
  expectAnswer(send(postByName(server.port())), 200);
  expectAnswer(send(postByName(server.port())), 200);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(Http2, AStreamThatIsResetMayHaveBeenSent) {
  for (const std::uint32_t error : {kInternalError, kCancel, kHttp11Required}) {
    expectLost([error](H2Peer& peer, std::uint32_t stream) {
      peer.reset(stream, error);
      peer.waitForEnd();
    });
  }
}

TEST_F(Http2, AConnectionThatIsResetMayHaveBeenSent) {
  expectLost([](H2Peer& peer, std::uint32_t) { peer.abort(); });
}

TEST_F(Http2, AConnectionThatEndsMayHaveBeenSent) {
  expectLost([](H2Peer&, std::uint32_t) {});
}

TEST_F(Http2, AConnectionThatEndsInOrderMayHaveBeenSent) {
  expectLost([](H2Peer& peer, std::uint32_t) { peer.closeNotify(); });
}

/// nghttpd serves a directory and answers POST with the file.
class Nghttpd {
 public:
  explicit Nghttpd(int max_streams = 100) : port_(freePort()) {
    std::ofstream(directory_.path() / "secret-path") << "pong";
    process_.emplace(
        ChildOptions{.args = {"nghttpd", "-m", std::to_string(max_streams), "-d", directory_.path(), "-a", "127.0.0.1",
                              std::to_string(port_), certificates().keyFile(), certificates().certificateFile()}});
    if (!waitUntil(20s, [this] { return listens(port_); })) throw std::runtime_error("nghttpd: " + process_->output());
  }
  std::uint16_t port() const { return port_; }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::optional<ChildProcess> process_;
};

struct Crowd {
  int answered = 0;
  int over_http2 = 0;
};

/// Starts `count` requests at once and waits for all.
Crowd sendMany(curl::CurlExchange& exchange, int count, const std::function<HttpExchange()>& make) {
  Crowd crowd;  // touched by the exchange's thread only, until all are there
  std::promise<void> all;
  std::atomic<int> finished{0};
  for (int i = 0; i < count; ++i) {
    exchange.start(make(), [&](const HttpResult& result) {
      if (result.reply && result.reply->status == 200 && result.reply->body == "pong") ++crowd.answered;
      else ADD_FAILURE() << result.outcome.detail;
      if (result.http_version == 20) ++crowd.over_http2;
      if (++finished == count) all.set_value();
    });
  }
  EXPECT_EQ(all.get_future().wait_for(60s), std::future_status::ready) << finished << " of " << count;
  return crowd;
}

TEST_F(Http2, AThousandRequestsShareTwoConnections) {
  Nghttpd server;
  auto settings = settingsFor(server.port());
  settings.max_connections_per_host = 2;
  startExchange(settings);
  const Crowd crowd = sendMany(*exchange_, 1000, [&] { return postByName(server.port()); });
  EXPECT_EQ(crowd.answered, 1000);
  EXPECT_EQ(crowd.over_http2, 1000);
  EXPECT_LE(exchange_->stats().opened, 2u);
  EXPECT_GE(exchange_->stats().reused, 998u);
}

// How many streams a server allows is not known beforehand; whoever finds none waits, and nobody is lost.
TEST_F(Http2, AServerWithFewStreamsIsGivenNoMoreConnectionsThanAllowed) {
  Nghttpd server(7);
  auto settings = settingsFor(server.port());
  settings.max_connections_per_host = 3;
  startExchange(settings);
  const Crowd crowd = sendMany(*exchange_, 500, [&] { return postByName(server.port()); });
  EXPECT_EQ(crowd.answered, 500);
  EXPECT_EQ(crowd.over_http2, 500);
  EXPECT_LE(exchange_->stats().opened, 3u);
}

TEST_F(Http2, ScopesShareNoConnection) {
  Nghttpd server;
  startExchange(settingsFor(server.port()));
  for (const char* scope : {"acme/main", "acme/other", "globex/main"}) {
    HttpExchange request = postByName(server.port());
    request.pool_scope = scope;
    const HttpResult result = send(std::move(request));
    expectAnswer(result, 200, "pong");
    EXPECT_FALSE(result.connection_reused) << scope;
  }
  HttpExchange again = postByName(server.port());
  again.pool_scope = "acme/other";
  EXPECT_TRUE(send(std::move(again)).connection_reused);
  EXPECT_EQ(exchange_->stats().opened, 3u);
}

// Cancelling a stream leaves the connection to the others.
TEST_F(Http2, ACancelledStreamHarmsNobodyElse) {
  std::promise<void> both;
  std::promise<void> cancelled;
  H2Server server(certificates(), [&](H2Peer& peer) {
    const std::uint32_t first = peer.request();
    peer.answer(first);
    const std::uint32_t second = peer.request();
    peer.request();
    both.set_value();
    cancelled.get_future().wait();
    peer.answer(second);
    peer.waitForEnd();
  });
  startExchange(settingsFor(server.port()));
  expectAnswer(send(postByName(server.port())), 200);
  const Future kept = start(postByName(server.port()));
  ExchangeHandle handle;
  const Future given_up = start(postByName(server.port()), &handle);
  both.get_future().wait();
  exchange_->cancel(handle);
  expectFailed(wait(given_up), ExchangeFate::maybe_sent, ExchangeError::cancelled, "waiting for the answer");
  cancelled.set_value();
  expectAnswer(wait(kept), 200);
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace belfry::test
