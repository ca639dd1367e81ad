// Requests and responses on one connection: order, framing, bodies early and late, slow and absent peers.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "edge_under_test.h"
#include "kit/json.h"
#include "kit/uuid.h"
#include "raw_client.h"

namespace belfry::test {
namespace {

std::string postChunked(std::string_view target, std::string_view chunks) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
         std::string(chunks);
}

TEST(Requests, ArriveAsPlainValues) {
  Shelf<HttpRequest> seen;
  EdgeUnderTest edge([&](HttpRequest request, auto responder) {
    seen.put(request);
    responder->send(text("ok"));
  });
  RawClient client(edge.port());
  client.send(
      "POST /a%20b/%C3%A4%2Fx/?q=1+2%2B&q=&flag HTTP/1.1\r\nhost: h\r\nX-Tenant:\t acme \r\nContent-Length: "
      "2\r\n\r\nhi");
  EXPECT_EQ(client.read().status, 200);
  const auto requests = seen.take(1);
  ASSERT_EQ(requests.size(), 1u);
  const HttpRequest& request = requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/a%20b/%C3%A4%2Fx/");
  EXPECT_EQ(request.segments, (std::vector<std::string>{"a b", "ä/x", ""}));
  ASSERT_EQ(request.query.size(), 3u);
  EXPECT_EQ(request.query[0].value, "1 2+");
  EXPECT_EQ(request.query[1].name, "q");
  EXPECT_EQ(*request.queryParam("flag"), "");
  EXPECT_EQ(request.queryParam("absent"), nullptr);
  EXPECT_EQ(request.headers.get("x-tenant"), "acme");
  EXPECT_EQ(request.body, "hi");
  EXPECT_EQ(request.remote_address, "127.0.0.1");
  EXPECT_TRUE(Uuid::parse(request.request_id).has_value()) << request.request_id;
}

TEST(Requests, KeepAValidRequestIdAndReplaceAnyOther) {
  EdgeUnderTest edge;
  RawClient client(edge.port());
  client.send(get("/", "X-Request-Id: trace-42\r\n"));
  EXPECT_EQ(client.read().header("x-request-id"), "trace-42");
  for (const std::string& bad : {std::string("a b"), std::string(129, 'x'), std::string("\xe4"), std::string()}) {
    client.send(get("/", "X-Request-Id: " + bad + "\r\n"));
    EXPECT_TRUE(Uuid::parse(client.read().header("x-request-id")).has_value()) << bad;
  }
  client.send(get("/", "X-Request-Id: a\r\nX-Request-Id: b\r\n"));
  EXPECT_TRUE(Uuid::parse(client.read().header("x-request-id")).has_value());
}

TEST(Requests, MayComeByteByByte) {
  EdgeUnderTest edge;
  RawClient client(edge.port());
  const std::string bytes =
      post("/one", "abc") + postChunked("/two", "2;x\r\nde\r\n1\r\nf\r\n0\r\nT: 1\r\n\r\n") + get("/three");
  for (const char c : bytes) client.send({&c, 1});
  EXPECT_EQ(client.read().body, "POST /one abc");
  EXPECT_EQ(client.read().body, "POST /two def");
  EXPECT_EQ(client.read().body, "GET /three ");
}

TEST(Requests, AreAnsweredThoughThePeerHasEndedItsSide) {
  Shelf<std::shared_ptr<Responder>> pending;
  EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); });
  RawClient client(edge.port());
  client.send(get("/"));
  client.endSending();
  auto responders = pending.take(1);
  ASSERT_EQ(responders.size(), 1u);
  responders.front()->send(text("late"));
  EXPECT_EQ(client.read().body, "late");
  EXPECT_EQ(client.readToEnd(), "");
}

TEST(Responses, CarryTheHeadersOfTheEdge) {
  EdgeUnderTest edge([](HttpRequest, auto responder) {
    HttpResponse response = text("x");
    response.headers.add("Content-Length", "999");
    response.headers.add("transfer-encoding", "chunked");
    response.headers.add("Cache-Control", "max-age=60");
    responder->send(std::move(response));
  });
  RawClient client(edge.port());
  client.send(get("/"));
  const Reply reply = client.read();
  EXPECT_EQ(reply.header("content-length"), "1");
  EXPECT_EQ(reply.header("transfer-encoding"), "");
  EXPECT_EQ(reply.header("cache-control"), "max-age=60");
  EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(reply.header("connection"), "keep-alive");
  EXPECT_TRUE(reply.header("date").ends_with(" GMT")) << reply.header("date");
}

TEST(Responses, ToHeadHaveTheLengthAndNoBody) {
  EdgeUnderTest edge;
  RawClient client(edge.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/b"));
  EXPECT_EQ(client.read(true).header("content-length"), std::to_string(std::string("HEAD /a ").size()));
  EXPECT_EQ(client.read().body, "GET /b ");
}

TEST(Responses, OfStatus204And304HaveNoBody) {
  EdgeUnderTest edge([](HttpRequest request, auto responder) {
    responder->send(text("never sent", request.path == "/204" ? 204 : 304));
  });
  RawClient client(edge.port());
  client.send(get("/204") + get("/304") + get("/204"));
  EXPECT_EQ(client.read().header("content-length"), "");
  EXPECT_EQ(client.read().status, 304);
  EXPECT_EQ(client.read().status, 204);
}

TEST(Responses, WithInjectedHeadersAreNotWritten) {
  EdgeUnderTest edge([](HttpRequest, auto responder) {
    HttpResponse response = text("x");
    response.headers.add("Location", "/a\r\nSet-Cookie: stolen=1");
    responder->send(std::move(response));
  });
  RawClient client(edge.port());
  client.send(get("/"));
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.header("set-cookie"), "");
}

TEST(Responses, DroppedOrThrownAre500AndTheConnectionLives) {
  Shelf<std::shared_ptr<Responder>> kept;
  EdgeUnderTest edge([&](HttpRequest request, auto responder) {
    if (request.path == "/throw") throw std::runtime_error("handler broke");
    if (request.path == "/keep-and-throw") {
      kept.put(std::move(responder));
      throw std::runtime_error("handler broke later");
    }
    if (request.path == "/ok") {
      responder->send(text("fine"));
    } else if (request.path == "/later") {
      std::thread([r = std::move(responder)]() mutable { r.reset(); }).join();
    }
  });
  RawClient client(edge.port());
  client.send(get("/drop") + get("/throw") + get("/later") + get("/keep-and-throw") + get("/ok"));
  for (int i = 0; i < 4; ++i) {
    const Reply reply = client.read();
    EXPECT_EQ(reply.status, 500);
    EXPECT_NE(reply.body.find("\"internal\""), std::string::npos) << reply.body;
  }
  EXPECT_EQ(client.read().body, "fine");
  for (const auto& responder : kept.take(1)) responder->send(text("must not be seen"));
  client.send(get("/ok"));
  EXPECT_EQ(client.read().body, "fine");
}

TEST(Responses, CountOnce) {
  EdgeUnderTest edge([](HttpRequest, auto responder) {
    responder->send(text("first"));
    responder->send(text("second"));
  });
  RawClient client(edge.port());
  client.send(get("/") + get("/"));
  EXPECT_EQ(client.read().body, "first");
  EXPECT_EQ(client.read().body, "first");
  client.endSending();
  EXPECT_EQ(client.readToEnd(), "");
}

TEST(KeepAlive, FollowsVersionAndConnectionHeader) {
  EdgeUnderTest edge;
  const auto stays = [&](const std::string& head) {
    RawClient client(edge.port());
    client.send(head + "\r\n");
    const bool says = client.read().header("connection") == "keep-alive";
    if (says) client.send(get("/again"));
    EXPECT_EQ(says ? client.read().body : client.readToEnd(), says ? "GET /again " : "");
    return says;
  };
  EXPECT_TRUE(stays("GET / HTTP/1.1\r\nHost: h\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, Close\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\n"));
  EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n"));
}

/// Answers what it is given from several threads, in an order of its own.
class LateAnswers {
 public:
  struct Job {
    HttpRequest request;
    std::shared_ptr<Responder> responder;
  };

  LateAnswers() {
    for (unsigned seed = 1; seed <= 4; ++seed) threads_.emplace_back([this, seed] { work(seed); });
  }
  ~LateAnswers() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  void put(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }

 private:
  void work(unsigned seed) {
    std::minstd_rand random(seed);
    for (;;) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        const std::size_t pick = random() % jobs_.size();
        std::swap(jobs_[pick], jobs_.back());
        job = std::move(jobs_.back());
        jobs_.pop_back();
      }
      echo(std::move(job.request), job.responder);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

std::string mixedRequest(int i) {
  const std::string target = "/" + std::to_string(i);
  const std::string content(static_cast<std::size_t>(i) * 37 % 1000, static_cast<char>('a' + i % 26));
  if (i % 4 == 0) return get(target);
  if (i % 4 == 1) return post(target, content);
  if (i % 4 == 2) return "HEAD " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
  return postChunked(target, "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\n\r\n");
}

std::string mixedAnswer(int i) {
  const std::string target = "/" + std::to_string(i);
  if (i % 4 == 0) return "GET " + target + " ";
  if (i % 4 == 1)
    return "POST " + target + " " +
           std::string(static_cast<std::size_t>(i) * 37 % 1000, static_cast<char>('a' + i % 26));
  if (i % 4 == 2) return "";
  return "POST " + target + " abcdefgh";
}

TEST(Pipelining, AHundredMixedRequestsAreAnsweredInOrderOnEachConnection) {
  LateAnswers late;
  EdgeUnderTest edge([&](HttpRequest request, auto responder) {
    if (request.path.ends_with('7')) echo(std::move(request), responder);
    else late.put({std::move(request), std::move(responder)});
  });
  std::string all;
  for (int i = 0; i < 100; ++i) all += mixedRequest(i);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int c = 0; c < 8; ++c) clients.push_back(std::make_unique<RawClient>(edge.port()));
  for (auto& client : clients) client->send(all);
  for (auto& client : clients) {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(client->read(i % 4 == 2).body, mixedAnswer(i)) << i;
  }
  EXPECT_EQ(edge.server.stats().requests, 800u);
}

TEST(Pipelining, OneRequestOfAConnectionIsHandledAtATime) {
  Shelf<std::shared_ptr<Responder>> pending;
  EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); });
  RawClient client(edge.port());
  client.send(get("/1") + get("/2") + get("/3"));
  for (int i = 0; i < 3; ++i) {
    auto responders = pending.take(1);
    ASSERT_EQ(responders.size(), 1u);
    EXPECT_EQ(edge.server.stats().requests, static_cast<std::uint64_t>(i + 1));
    responders.front()->send(text(std::to_string(i)));
    EXPECT_EQ(client.read().body, std::to_string(i));
  }
}

TEST(UnreadBody, OfARefusedRequestStallsNothing) {
  Shelf<std::string> handled;
  EdgeUnderTest edge(
      [&](HttpRequest request, auto responder) {
        handled.put(request.path);
        echo(std::move(request), responder);
      },
      {},
      [](const HttpRequest& head) {
        Preview preview;
        if (head.path == "/nowhere") preview.refusal = text("no such place", 404);
        if (head.path == "/small") preview.max_body = 10;
        return preview;
      });
  RawClient bodiless(edge.port());
  bodiless.send(get("/nowhere") + get("/there"));
  EXPECT_EQ(bodiless.read().status, 404);
  EXPECT_EQ(bodiless.read().body, "GET /there ");

  RawClient whole(edge.port());
  whole.send(post("/nowhere", std::string(1'000'000, 'x')));
  const Reply refused = whole.read();
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.header("connection"), "close");

  RawClient absent(edge.port());
  absent.send("POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(absent.read().status, 404);

  RawClient limited(edge.port());
  limited.send(post("/small", "0123456789") + post("/small", "0123456789a"));
  EXPECT_EQ(limited.read().body, "POST /small 0123456789");
  EXPECT_EQ(limited.read().status, 413);
  EXPECT_EQ(handled.take(2), (std::vector<std::string>{"/there", "/small"}));
}

TEST(UnreadBody, AHandlerMayIgnoreTheBodyItGot) {
  EdgeUnderTest edge([](HttpRequest, auto responder) { responder->send(text("ignored")); });
  RawClient client(edge.port());
  client.send(post("/", std::string(3'000'000, 'x')) + get("/"));
  EXPECT_EQ(client.read().body, "ignored");
  EXPECT_EQ(client.read().body, "ignored");
}

TEST(Continue, IsSaidOnlyWhenTheBodyWillBeRead) {
  EdgeUnderTest edge(echo, {}, [](const HttpRequest& head) {
    Preview preview;
    if (head.path == "/type") preview.refusal = text("only JSON", 415);
    return preview;
  });
  const auto head = [](const std::string& target) {
    return "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  };
  RawClient welcome(edge.port());
  welcome.send(head("/"));
  EXPECT_EQ(welcome.read().status, 100);
  welcome.send("abc");
  EXPECT_EQ(welcome.read().body, "POST / abc");

  RawClient refused(edge.port());
  refused.send(head("/type"));
  EXPECT_EQ(refused.read().status, 415);

  RawClient impatient(edge.port());
  impatient.send(head("/") + "abc");
  EXPECT_EQ(impatient.read().status, 200);
}

TEST(OptionalBody, AllowsAPostWithoutLength) {
  EdgeUnderTest edge(echo, {}, [](const HttpRequest&) {
    Preview preview;
    preview.body_optional = true;
    return preview;
  });
  RawClient client(edge.port());
  client.send("POST /cancel HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  EXPECT_EQ(client.read().body, "POST /cancel ");
  EXPECT_EQ(client.read().body, "GET /next ");
}

TEST(LargeBodies, GoBothWaysIntactToASlowReaderWhileOthersAreServed) {
  std::string big;
  big.resize(20'000'000);
  std::minstd_rand random(7);
  for (char& c : big) c = static_cast<char>('a' + random() % 26);
  EdgeUnderTest edge([&](HttpRequest request, auto responder) {
    EXPECT_TRUE(request.path != "/big" || request.body == big);
    responder->send(text(std::move(request.body)));
  });
  RawClient slow(edge.port(), 4096);
  slow.send(post("/big", big));
  // The response is larger than every buffer between the two, so the edge is now waiting for this reader.
  RawClient quick(edge.port());
  RawClient second(edge.port());  // each of the two loops has one
  for (int i = 0; i < 50; ++i) {
    for (RawClient* client : {&quick, &second}) {
      client->send(post("/", "quick"));
      EXPECT_EQ(client->read().body, "quick");
    }
  }
  EXPECT_TRUE(slow.read().body == big);
}

TEST(SlowReader, ThatTakesNothingIsClosed) {
  HttpServerSettings settings;
  settings.write_timeout = std::chrono::milliseconds(100);
  EdgeUnderTest edge([](HttpRequest, auto responder) { responder->send(text(std::string().append(20'000'000, 'x'))); },
                     settings);
  RawClient client(edge.port(), 4096);
  client.send(get("/"));
  EXPECT_TRUE(waitUntil(kPatience, [&] {
    const auto stats = edge.server.stats();
    return stats.connections_accepted == 1 && stats.connections_open == 0;
  }));
}

TEST(GonePeer, WhileTheHandlerIsPendingHarmsNobody) {
  Shelf<std::shared_ptr<Responder>> pending;
  EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); });
  for (const bool hard : {true, false}) {
    auto client = std::make_unique<RawClient>(edge.port());
    client->send(get("/"));
    auto responders = pending.take(1);
    ASSERT_EQ(responders.size(), 1u);
    if (hard) client->reset();
    client.reset();
    responders.front()->send(text("nobody hears this"));
    EXPECT_TRUE(waitUntil(kPatience, [&] { return edge.server.stats().connections_open == 0; }));
  }
  RawClient next(edge.port());
  next.send(get("/"));
  auto responders = pending.take(1);
  ASSERT_EQ(responders.size(), 1u);
  responders.front()->send(text("still here"));
  EXPECT_EQ(next.read().body, "still here");
}

TEST(CompletionHook, ReportsEveryExchange) {
  struct Record {
    std::string method, path, route, id, refusal;
    int status;
    std::size_t in, out;
  };
  Shelf<Record> records;
  HttpServerSettings settings;
  settings.on_complete = [&](const CompletedExchange& e) {
    records.put({std::string(e.method), std::string(e.path), std::string(e.route), std::string(e.request_id),
                 std::string(e.refusal), e.status, e.request_bytes, e.response_bytes});
  };
  EdgeUnderTest edge(
      [](HttpRequest, auto responder) {
        HttpResponse response = text("ok", 202);
        response.route = "/things/{id}";
        responder->send(std::move(response));
      },
      settings);
  RawClient client(edge.port());
  const std::string request = post("/things/1?x=y", "abc", "X-Request-Id: me\r\n");
  client.send(request + "nonsense\r\n\r\n");
  const std::string raw = client.readToEnd();
  const auto seen = records.take(2);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].method + " " + seen[0].path + " " + seen[0].route + " " + seen[0].id,
            "POST /things/1 /things/{id} me");
  EXPECT_EQ(seen[0].status, 202);
  EXPECT_EQ(seen[0].in, request.size());
  EXPECT_EQ(seen[1].refusal, "bad_request_line");
  EXPECT_EQ(seen[0].out + seen[1].out, raw.size());
}

}  // namespace
}  // namespace belfry::test
