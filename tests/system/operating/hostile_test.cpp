// A few of the edge's refusals over the whole host (tests/adapters/http_edge has all of them): hostile requests get
// their answer, and nothing of them is stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/http_client.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// `head` gets the credential and the media type; {} stands for the length of `body`.
HttpReply sendRaw(const std::string& head, const std::string& body = "") {
  HttpConnection connection(stage().host.port());
  connection.sendRaw(
      "POST /api/v1/services/notifications/send HTTP/1.1\r\nX-Tenant: acme\r\nContent-Type: "
      "application/json\r\nX-API-Key: " +
      stage().host.adminKey() + "\r\n" + head + "\r\n" + body);
  return connection.read();
}

TEST(HostileHttp, AmbiguousRequestsAreRefusedAndClosed) {
  const auto& stage = belfry::test::stage();
  const auto before = stage.count("belfry.notifications");
  const auto body = mailBody("smuggled@example.test");
  const auto length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  const std::pair<std::string, int> kHeads[] = {
      {"Host: localhost\r\n" + length + "Transfer-Encoding: chunked\r\n", 400},
      {"Host: localhost\r\nHost: elsewhere\r\n" + length, 400},
      {length, 400},  // no Host
      {"Host: localhost\r\n" + length + "Content-Length: 1\r\n", 400},
      {"Host: localhost\r\nContent-Length: -1\r\n", 400},
      {"Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n", 400},
      {"Host: localhost\r\n" + length + "X-Folded: a\r\n b\r\n", 400},
      {"Host: localhost\r\n" + length + "X-Space : a\r\n", 400},
      {"Host: localhost\r\n" + length + std::string("X-Nul: a\0b\r\n", 12), 400},
      {"Host: localhost\r\n", 411},
      {"Host: localhost\r\n" + length + "X-Long: " + std::string(17 * 1024, 'x') + "\r\n", 431}};
  for (const auto& [head, status] : kHeads) {
    const auto reply = sendRaw(head, body);
    EXPECT_EQ(reply.status, status) << head.substr(0, 100) << reply.body << reply.error;
    EXPECT_THAT(reply.body, HasSubstr("\"code\":")) << head.substr(0, 100);
  }
  EXPECT_EQ(stage.count("belfry.notifications"), before);
}

TEST(HostileHttp, ASlowHeadIsAnsweredWith408) {
  HttpConnection connection(stage().host.port());  // http.head_timeout_ms is 500 here
  connection.sendRaw("GET /health HTTP/1.1\r\nHost: local");
  const auto reply = connection.read();
  EXPECT_EQ(reply.status, 408) << reply.error;
  EXPECT_TRUE(connection.waitForClose(5s));
}

TEST(Pipelining, TenSendsAreAnsweredInOrder) {
  const auto& stage = belfry::test::stage();
  HttpConnection connection(stage.host.port());
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    const auto body = mailBody("pipelined" + std::to_string(i) + "@example.test", i % 3 == 2 ? ",\"oops\":1" : "");
    requests +=
        "POST /api/v1/services/notifications/send HTTP/1.1\r\nHost: localhost\r\nX-Tenant: acme\r\nContent-Type: "
        "application/json\r\nX-Request-Id: pipelined-" +
        std::to_string(i) + "\r\nX-API-Key: " + stage.host.adminKey() +
        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  ASSERT_TRUE(connection.sendRaw(requests));
  for (int i = 0; i < 10; ++i) {
    const auto reply = connection.read();
    EXPECT_EQ(reply.status, i % 3 == 2 ? 422 : 202) << i << reply.body << reply.error;
    ASSERT_EQ(reply.headers.count("x-request-id"), 1u) << i;
    EXPECT_EQ(reply.headers.at("x-request-id"), "pipelined-" + std::to_string(i));
  }
}

}  // namespace
}  // namespace belfry::test
