// What is sent, what is kept of the answer, and what is refused before anything is sent.
#include "http_fixture.h"
#include "scripted_server.h"

namespace belfry::test {
namespace {

class HttpRequest : public HttpFixture {
 protected:
  /// Sends it to a server that answers `answer`; what the server read is in request_.
  HttpResult sendFor(HttpExchange request, const std::string& answer = "HTTP/1.1 204 No Content\r\n\r\n") {
    ScriptedServer server([&](Peer& peer) {
      request_ = peer.request();
      peer.send(answer);
    });
    request.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/a/../b?c=%20d&e";
    startExchange(server.port());
    HttpResult result = send(std::move(request));
    exchange_.reset();
    return result;
  }
  std::string refusalOf(const std::function<void(HttpExchange&)>& change) {
    if (!exchange_) startExchange(curl::CurlExchangeSettings{});
    HttpExchange request = postTo(1);
    request.url = "https://push.example.test/x";
    change(request);
    const HttpResult result = send(std::move(request));
    expectFailed(result, ExchangeFate::not_sent, ExchangeError::invalid);
    return result.outcome.detail;
  }
  void expectRefused(const std::function<void(HttpExchange&)>& change, const std::string& detail) {
    const std::string refusal = refusalOf(change);
    EXPECT_NE(refusal.find(detail), std::string::npos) << refusal;
  }
  bool asks(const std::string& text) const { return request_.find(text) != std::string::npos; }

  std::string request_;
};

TEST_F(HttpRequest, NothingIsAddedButHostLengthAndAgent) {
  HttpExchange request = postTo(0, "{}");
  request.headers = {{"X-Empty", ""}, {"X-Twice", "1"}, {"X-Twice", "2"}};
  ASSERT_TRUE(sendFor(std::move(request)).reply);
  const auto host = request_.find("Host: 127.0.0.1:");
  ASSERT_NE(host, std::string::npos) << request_;
  const std::string rest = request_.substr(request_.find("\r\n", host) + 2);
  EXPECT_TRUE(request_.starts_with("POST /a/../b?c=%20d&e HTTP/1.1\r\n")) << request_;
  EXPECT_EQ(rest, "User-Agent: Belfry\r\nX-Empty:\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 2\r\n\r\n{}");
}

TEST_F(HttpRequest, EachMethodIsSentAsItIs) {
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    for (const char* body : {"", "body"}) {
      HttpExchange request = postTo(0, body);
      request.method = method;
      EXPECT_TRUE(sendFor(std::move(request)).reply) << method;
      EXPECT_TRUE(request_.starts_with(std::string(method) + " /")) << request_;
      EXPECT_TRUE(request_.ends_with(std::string("\r\n\r\n") + body)) << request_;
      const bool bare = std::string(body).empty() && (std::string(method) == "GET" || std::string(method) == "DELETE");
      EXPECT_EQ(asks("Content-Length: " + std::to_string(std::string(body).size())), !bare) << request_;
    }
  }
}

TEST_F(HttpRequest, ALargeBodyIsSentWithoutAskingFirst) {
  const std::string body(3'000'000, 'x');
  EXPECT_TRUE(sendFor(postTo(0, body)).reply);
  EXPECT_FALSE(asks("Expect:"));
  EXPECT_TRUE(request_.ends_with(body));
}

TEST_F(HttpRequest, RedirectsAndCompressedBodiesAreAnswersAsTheyCome) {
  const HttpResult moved =
      sendFor(postTo(0), "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  expectAnswer(moved, 302);
  EXPECT_EQ(*moved.reply->header("location"), "http://127.0.0.1:1/");
  expectAnswer(sendFor(postTo(0), "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz"), 200,
               "xyz");
  EXPECT_FALSE(asks("Accept-Encoding"));
}

TEST_F(HttpRequest, CookiesAreNotKept) {
  std::promise<std::string> second;
  ScriptedServer server([&](Peer& peer) {
    const std::string answer =
        "HTTP/1.1 401 No\r\nSet-Cookie: a=b\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
    peer.request();
    peer.send(answer);
    second.set_value(peer.request());
    peer.send(answer);
    peer.waitForEnd();
  });
  startExchange(server.port());
  expectAnswer(send(postTo(server.port())), 401);
  expectAnswer(send(postTo(server.port())), 401);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(second.get_future().get().find("Cookie"), std::string::npos);
  exchange_.reset();
}

TEST_F(HttpRequest, ChunkedBodiesAndTrailersAreRead) {
  const HttpResult result = sendFor(postTo(0),
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A:  1 \r\n\r\n"
                                    "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n");
  expectAnswer(result, 200, "abcde");
  EXPECT_EQ(*result.reply->header("x-a"), "1");
  EXPECT_EQ(result.reply->header("x-trailer"), nullptr);
}

TEST_F(HttpRequest, ABodyOverTheLimitIsCutAndSaysSo) {
  HttpExchange request = postTo(0);
  request.max_response = 4;
  const HttpResult cut = sendFor(request, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef");
  expectAnswer(cut, 200, "abcd");
  EXPECT_TRUE(cut.reply->truncated);
  const HttpResult whole = sendFor(request, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd");
  expectAnswer(whole, 200, "abcd");
  EXPECT_FALSE(whole.reply->truncated);
}

TEST_F(HttpRequest, AHeadOver64KiBIsNoAnswer) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 70; ++i) head += "X-Secret: " + std::string(1000, 's') + "\r\n";
  expectFailed(sendFor(postTo(0), head + "\r\n"), ExchangeFate::maybe_sent, ExchangeError::protocol, "65536 bytes");
}

TEST_F(HttpRequest, UrlsThatAreNotPlainAreRefused) {
  const auto url = [](std::string text) { return [text](HttpExchange& request) { request.url = text; }; };
  expectRefused(url(""), "url is empty");
  expectRefused(url("/relative"), "url is not an absolute");
  expectRefused(url("push.example.test/x"), "url is not an absolute");
  expectRefused(url("ftp://push.example.test/"), "scheme 'ftp'; allowed: https, http");
  expectRefused(url("file:///etc/secret"), "scheme 'file'");
  expectRefused(url("https://user:secret@push.example.test/"), "url holds user or password");
  expectRefused(url("https://@push.example.test/"), "url holds user or password");
  expectRefused(url("https://push.example.test/#secret"), "fragment");
  expectRefused(url("https://push.example.test:0/"), "url");
  for (const std::string& bad : {std::string(" "), std::string("\r\n"), std::string("\0", 1), std::string("\x7f"),
                                 std::string("\\"), std::string("\xc3\xa9")})
    expectRefused(url("https://push.example.test/secret" + bad + "x"), "url holds a space, a control character");
}

TEST_F(HttpRequest, MethodsAndHeadersThatChangeTheRequestAreRefused) {
  expectRefused([](HttpExchange& request) { request.method = "GET /secret HTTP/1.1\r\nX:"; }, "method is none of");
  expectRefused([](HttpExchange& request) { request.method = "post"; }, "method is none of");
  const auto header = [](std::string name, std::string value) {
    return [=](HttpExchange& request) { request.headers.emplace_back(name, value); };
  };
  for (const std::string name : {"", "X Y", "X:", "X\r\nY", "X\xff"})
    expectRefused(header(name, "secret"), "a header name is no token");
  for (const std::string& value : {std::string("secret\r\nX: 1"), std::string("secret\n"), std::string("sec\0ret", 7),
                                   std::string(" secret"), std::string("\x01")})
    expectRefused(header("X-Key", value), "header X-Key has a value with CR, LF");
  for (const char* name : {"Connection", "Transfer-Encoding", "TE", "Upgrade", "Expect", "keep-alive"})
    expectRefused(header(name, "secret"), "belongs to the connection");
  expectRefused(header("Host", "secret.example.test"), "names another host");
  expectRefused(header("Content-Length", "7"), "differs from the length of the body, 5");
  expectRefused(header("X-Large", std::string(70'000, 's')), "headers take more than 65536");
}

TEST_F(HttpRequest, TheUrlsOwnHostAndLengthMayBeGiven) {
  HttpExchange request = postTo(0);
  request.headers = {{"Content-Length", "5"}};
  EXPECT_TRUE(sendFor(std::move(request)).reply);
  EXPECT_EQ(request_.find("Content-Length"), request_.rfind("Content-Length"));
}

TEST_F(HttpRequest, EgressIsAskedBeforeAnythingIsOpened) {
  startExchange(
      curl::CurlExchangeSettings{.resolve = {"in.example.test:443:10.1.2.3", "meta.example.test:443:169.254.169.254"},
                                 .allow_private_hosts = {"open.example.test:8080"}});
  const auto refused = [this](const std::string& url, std::vector<std::string> allowed, const std::string& detail) {
    HttpExchange request = postTo(1);
    request.url = url;
    request.allowed_hosts = std::move(allowed);
    expectFailed(send(std::move(request)), ExchangeFate::not_sent, ExchangeError::egress_refused, detail);
  };
  refused("https://push.example.test/secret", {}, "it is empty");
  refused("https://push.example.test/secret", {"*.other.test"}, "not on the egress allow-list (*.other.test)");
  refused("https://in.example.test/secret", {"*.example.test"}, "in.example.test:443 resolved to 10.1.2.3");
  refused("https://meta.example.test/secret", {"*.example.test"}, "169.254.169.254");
  refused("http://push.example.test/secret", {"*.example.test"}, "plain http is only allowed towards hosts in");
  refused("http://open.example.test:8081/secret", {"*.example.test"}, "list open.example.test:8081 there");
  refused("http://2130706433:8080/secret", {"127.0.0.1"}, "127.0.0.1:8080: plain http");
  for (const char* host : {"127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"})
    refused("https://" + std::string(host) + "/secret", {"127.0.0.1", "::1", "::ffff:127.0.0.1"}, "(loopback)");
  EXPECT_EQ(exchange_->stats().opened, 0u);
}

}  // namespace
}  // namespace belfry::test
