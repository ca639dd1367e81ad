#include "raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace belfry::test {
namespace {

constexpr int kPatienceMs = 20'000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("raw client: " + what); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
}

RawClient::~RawClient() { ::close(fd_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::trySend(std::string_view bytes) {
  return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

void RawClient::endSending() { ::shutdown(fd_, SHUT_WR); }

void RawClient::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(fd_);
  fd_ = -1;
}

bool RawClient::fill() {
  pollfd wait{fd_, POLLIN, 0};
  if (::poll(&wait, 1, kPatienceMs) != 1) fail("nothing came within the deadline, so far: " + buffer_);
  char chunk[16384];
  const ssize_t count = ::recv(fd_, chunk, sizeof chunk, 0);
  if (count > 0) buffer_.append(chunk, static_cast<std::size_t>(count));
  return count > 0;
}

std::string RawClient::readBytes(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) fail("closed early, so far: " + buffer_);
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

std::string RawClient::readToEnd() {
  while (fill()) {
  }
  return std::move(buffer_);
}

Reply RawClient::read(bool to_head) {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) fail("closed before a response, so far: " + buffer_);
  }
  const std::string head = readBytes(end + 4);
  if (!head.starts_with("HTTP/1.1 ")) fail("not a status line: " + head);
  Reply reply;
  reply.status = std::stoi(head.substr(9, 3));
  for (std::size_t line = head.find("\r\n") + 2; line < end + 2;) {
    const std::size_t line_end = head.find("\r\n", line);
    const std::size_t colon = head.find(": ", line);
    if (colon > line_end) fail("not a header: " + head);
    reply.headers[lower(head.substr(line, colon - line))] = head.substr(colon + 2, line_end - colon - 2);
    line = line_end + 2;
  }
  const bool has_body = !to_head && reply.headers.contains("content-length");
  if (has_body) reply.body = readBytes(std::stoul(reply.headers["content-length"]));
  return reply;
}

std::string get(std::string_view target, std::string_view extra_lines) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: belfry.test\r\n" + std::string(extra_lines) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view extra_lines) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: belfry.test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(extra_lines) + "\r\n" + std::string(body);
}

}  // namespace belfry::test
