// That the edge can carry WebSockets: Beast's stream takes over a socket the edge handed out.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "edge_under_test.h"
#include "raw_client.h"

namespace belfry::test {
namespace {

using Tcp = boost::asio::ip::tcp;
namespace beast = boost::beast;

struct Upgrade {
  HttpRequest request;
  HandedSocket socket;
};

beast::http::request<beast::http::empty_body> asBeastRequest(const HttpRequest& request) {
  beast::http::request<beast::http::empty_body> out{beast::http::verb::get, request.target, 11};
  for (const auto& field : request.headers) out.insert(field.name, field.value);
  return out;
}

TEST(WebSocket, SpeaksOverAHandedSocket) {
  Shelf<Upgrade> upgrades;
  EdgeUnderTest edge([&](HttpRequest request, auto responder) {
    responder->handOver([&, request = std::move(request)](HandedSocket socket) {
      upgrades.put({request, std::move(socket)});
    });
  });
  RawClient client(edge.port());
  client.send(get("/ws",
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  auto taken = upgrades.take(1);
  ASSERT_EQ(taken.size(), 1u);

  boost::asio::io_context io;
  beast::websocket::stream<Tcp::socket> stream(io, Tcp::v4(), taken.front().socket.release());
  stream.accept(asBeastRequest(taken.front().request));
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 101);
  EXPECT_EQ(reply.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 §1.3

  client.send("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");  // RFC 6455 §5.7: a masked "Hello"
  beast::flat_buffer buffer;
  stream.read(buffer);
  stream.text(true);
  stream.write(buffer.data());
  EXPECT_EQ(client.readBytes(7), "\x81\x05Hello");
}

}  // namespace
}  // namespace belfry::test
