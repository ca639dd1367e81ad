// Binding, the backlog before serving, draining, stopping, and sockets that leave the edge.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "api/http/file_limit.h"
#include "edge_under_test.h"
#include "raw_client.h"

namespace belfry::test {
namespace {

std::string bindError(HttpServerSettings settings) {
  Log log{2, LogLevel::error};
  LambdaHandler handler(echo);
  HttpServer server(handler, std::move(settings), log);
  try {
    server.bind();
  } catch (const HttpBindError& error) {
    return error.what();
  }
  return "";
}

TEST(Bind, NamesAddressPortAndCause) {
  EdgeUnderTest edge;
  HttpServerSettings taken;
  taken.port = edge.port();
  EXPECT_EQ(bindError(taken), "cannot listen on 127.0.0.1 port " + std::to_string(edge.port()) +
                                  ": port in use: another program listens on it");
  HttpServerSettings named;
  named.address = "localhost";
  EXPECT_NE(bindError(named).find("localhost port 8080: the address must be an IPv4 or IPv6 address"),
            std::string::npos);
  HttpServerSettings foreign;
  foreign.address = "203.0.113.9";
  EXPECT_NE(bindError(foreign).find("203.0.113.9 port 8080: address not available"), std::string::npos);
}

TEST(Bind, AFreedPortCanBeTakenAgainAtOnce) {
  auto edge = std::make_unique<EdgeUnderTest>();
  HttpServerSettings again;
  again.port = edge->port();
  RawClient client(edge->port());
  client.send(get("/"));
  EXPECT_EQ(client.read().status, 200);
  edge.reset();
  EXPECT_EQ(bindError(again), "");
}

TEST(Settings, OutOfRangeAreNamed) {
  Log log{2, LogLevel::error};
  LambdaHandler handler(echo);
  HttpServerSettings settings;
  settings.io_threads = 9;
  try {
    HttpServer server(handler, settings, log);
    FAIL() << "9 threads were allowed";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "http setting io_threads = 9: allowed is 1 to 8");
  }
  settings.io_threads = 1;
  settings.idle_timeout = std::chrono::milliseconds(0);
  EXPECT_THROW(HttpServer(handler, settings, log), std::invalid_argument);
}

TEST(Serve, AnswersWhoWaitedInTheBacklog) {
  Log log{2, LogLevel::error};
  LambdaHandler handler(echo);
  HttpServerSettings settings;
  settings.port = 0;
  HttpServer server(handler, settings, log);
  server.bind();
  RawClient early(server.port());
  early.send(get("/early"));
  server.serve();
  EXPECT_EQ(early.read().body, "GET /early ");
}

TEST(Drain, LetsBegunRequestsFinishAndClosesTheRest) {
  Shelf<std::shared_ptr<Responder>> pending;
  EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); });
  RawClient idle(edge.port());
  RawClient busy(edge.port());
  busy.send(get("/"));
  RawClient uploading(edge.port());
  uploading.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na");
  auto responders = pending.take(1);
  ASSERT_EQ(responders.size(), 1u);
  ASSERT_TRUE(waitUntil(kPatience, [&] { return edge.server.stats().connections_open == 3; }));

  std::size_t left = 99;
  std::thread draining([&] { left = edge.server.drain(kPatience); });
  EXPECT_EQ(idle.readToEnd(), "");
  EXPECT_THROW(RawClient late(edge.port()), std::runtime_error);
  responders.front()->send(text("finished"));
  const Reply reply = busy.read();
  EXPECT_EQ(reply.body, "finished");
  EXPECT_EQ(reply.header("connection"), "close");
  uploading.send("bc");
  responders = pending.take(1);
  ASSERT_EQ(responders.size(), 1u);
  responders.front()->send(text("uploaded"));
  EXPECT_EQ(uploading.read().body, "uploaded");
  busy.endSending();
  uploading.endSending();
  draining.join();
  EXPECT_EQ(left, 0u);
}

TEST(Drain, GivesUpAtItsLimitAndStopCutsTheRest) {
  Shelf<std::shared_ptr<Responder>> pending;
  EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); });
  RawClient client(edge.port());
  client.send(get("/"));
  auto responders = pending.take(1);
  ASSERT_EQ(responders.size(), 1u);
  EXPECT_EQ(edge.server.drain(std::chrono::milliseconds(50)), 1u);
  edge.server.stop();
  EXPECT_EQ(client.readToEnd(), "");
  responders.front()->send(text("too late, and harmless"));
}

TEST(Stop, RespondersMayOutliveTheServer) {
  Shelf<std::shared_ptr<Responder>> pending;
  std::vector<std::shared_ptr<Responder>> kept;
  {
    EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); });
    RawClient client(edge.port());
    client.send(get("/"));
    kept = pending.take(1);
  }
  ASSERT_EQ(kept.size(), 1u);
  kept.front()->send(text("nobody there"));
}

TEST(HandOver, GivesTheSocketAndWhatWasReadAhead) {
  Shelf<HandedSocket> handed;
  EdgeUnderTest edge([&](HttpRequest request, auto responder) {
    if (request.headers.get("Upgrade") != "test") return echo(std::move(request), responder);
    std::thread([&, r = std::move(responder)] {
      r->handOver([&](HandedSocket socket) { handed.put(std::move(socket)); });
    }).join();
  });
  RawClient client(edge.port());
  client.send(get("/before") + get("/socket", "Connection: Upgrade\r\nUpgrade: test\r\n") + "first frame");
  EXPECT_EQ(client.read().body, "GET /before ");
  auto sockets = handed.take(1);
  ASSERT_EQ(sockets.size(), 1u);
  EXPECT_EQ(sockets.front().unread(), "first frame");
  EXPECT_EQ(edge.server.stats().connections_open, 0u);
  edge.server.stop();  // what left the edge lives on

  const std::string frame = "HTTP/1.1 101 Switching Protocols\r\n\r\nhello";
  ASSERT_EQ(::send(sockets.front().fd(), frame.data(), frame.size(), 0), static_cast<ssize_t>(frame.size()));
  EXPECT_EQ(client.read().status, 101);
  EXPECT_EQ(client.readBytes(5), "hello");
  sockets.clear();
  EXPECT_EQ(client.readToEnd(), "");
}

TEST(FileLimit, IsRaisedToTheHardLimit) {
  const std::size_t limit = raiseFileLimit();
  EXPECT_EQ(limit, static_cast<std::size_t>(::sysconf(_SC_OPEN_MAX)));
  EXPECT_EQ(raiseFileLimit(), limit);
}

}  // namespace
}  // namespace belfry::test
