// An HTTP/2 server over TLS that says exactly what a test wants, frame by frame (RFC 9113 §4.1): for refusals and early
// ends that no well-behaved one shows.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "certificates.h"
#include "scripted_server.h"

namespace belfry::test {

/// The server's end of one connection, after the handshake and both prefaces.
class H2Peer {
 public:
  enum Type : std::uint8_t { kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kGoAway = 7 };
  struct Frame {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;  ///< 0 and no type at the end of the connection
    std::string payload;
  };

  H2Peer(SSL* ssl, Peer& peer) : ssl_(ssl), peer_(peer) {}

  int number() const noexcept { return peer_.number(); }
  void send(Type type, std::uint8_t flags, std::uint32_t stream, const std::string& payload = "");
  Frame receive();
  /// The stream of the next request that is complete; 0 at the end of the connection.
  std::uint32_t request();
  /// `:status: 200` and no body.
  void answer(std::uint32_t stream) { send(kHeaders, 0x5, stream, "\x88"); }
  void reset(std::uint32_t stream, std::uint32_t error) { send(kReset, 0, stream, number32(error)); }
  void goAway(std::uint32_t last_stream) { send(kGoAway, 0, 0, number32(last_stream) + number32(0)); }
  void closeNotify() { SSL_shutdown(ssl_); }
  void abort() { peer_.abort(); }
  void waitForEnd() {
    while (receive().type != 0xff) continue;
  }

 private:
  static std::string number32(std::uint32_t value);
  bool read(char* bytes, std::size_t size);

  SSL* ssl_;
  Peer& peer_;
};

class H2Server {
 public:
  using Script = std::function<void(H2Peer&)>;

  H2Server(const Certificates& certificates, Script script, std::uint32_t max_streams = 100);

  std::uint16_t port() const noexcept { return server_.port(); }
  int connections() const noexcept { return server_.connections(); }

 private:
  void serve(Peer& peer);

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  Script script_;
  std::uint32_t max_streams_;
  ScriptedServer server_;  // last: its threads use the others
};

}  // namespace belfry::test
