#include "h2_server.h"

#include <csignal>
#include <stdexcept>

namespace belfry::test {
namespace {

constexpr std::size_t kPreface = 24;  // RFC 9113 §3.4
constexpr std::uint8_t kEndStream = 0x1;
constexpr std::uint8_t kNoFrame = 0xff;

int chooseH2(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size, void*) {
  static const unsigned char kH2[] = {2, 'h', '2'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, kH2, sizeof kH2, in, in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::string H2Peer::number32(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

void H2Peer::send(Type type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
  std::string frame = number32(static_cast<std::uint32_t>(payload.size())).substr(1);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  frame += number32(stream) + payload;
  (void)SSL_write(ssl_, frame.data(), static_cast<int>(frame.size()));  // a client that went shows when it is read
}

bool H2Peer::read(char* bytes, std::size_t size) {
  for (std::size_t got = 0; got < size;) {
    const int n = SSL_read(ssl_, bytes + got, static_cast<int>(size - got));
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

H2Peer::Frame H2Peer::receive() {
  unsigned char head[9];
  if (!read(reinterpret_cast<char*>(head), sizeof head)) return {kNoFrame, 0, 0, ""};
  Frame frame{head[3], head[4], (head[5] & 0x7fu) << 24 | head[6] << 16u | head[7] << 8u | head[8], ""};
  frame.payload.resize(head[0] << 16u | head[1] << 8u | head[2]);
  if (!read(frame.payload.data(), frame.payload.size())) return {kNoFrame, 0, 0, ""};
  return frame;
}

std::uint32_t H2Peer::request() {
  for (Frame frame = receive(); frame.type != kNoFrame; frame = receive())
    if ((frame.type == kHeaders || frame.type == kData) && (frame.flags & kEndStream)) return frame.stream;
  return 0;
}

// SSL_write has no MSG_NOSIGNAL.
H2Server::H2Server(const Certificates& certificates, Script script, std::uint32_t max_streams)
    : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free),
      script_(std::move(script)),
      max_streams_(max_streams),
      server_([this](Peer& peer) { serve(peer); }) {
  if (SSL_CTX_use_certificate_file(context_.get(), certificates.certificateFile().c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(context_.get(), certificates.keyFile().c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error("the HTTP/2 server has no certificate");
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_alpn_select_cb(context_.get(), &chooseH2, nullptr);
}

void H2Server::serve(Peer& peer) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), &SSL_free);
  SSL_set_fd(ssl.get(), peer.fd());
  if (SSL_accept(ssl.get()) != 1) return;
  char preface[kPreface];
  for (std::size_t got = 0; got < kPreface;) {
    const int n = SSL_read(ssl.get(), preface + got, static_cast<int>(kPreface - got));
    if (n <= 0) return;
    got += static_cast<std::size_t>(n);
  }
  H2Peer h2(ssl.get(), peer);
  const auto byte = [this](int shift) { return static_cast<char>(max_streams_ >> shift & 0xff); };
  h2.send(H2Peer::kSettings, 0, 0, std::string("\0\3", 2) + byte(24) + byte(16) + byte(8) + byte(0));
  script_(h2);
}

}  // namespace belfry::test
