#include "support/http_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace belfry::test {
namespace {

int connectTo(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd);
    throw std::system_error(error, std::generic_category(), "connect to 127.0.0.1:" + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool names(const HttpHeaders& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) { return lower(header.first) == name; });
}

}  // namespace

HttpConnection::HttpConnection(std::uint16_t port, std::chrono::milliseconds limit)
    : fd_(connectTo(port)), limit_(limit) {}

HttpConnection::~HttpConnection() { ::close(fd_); }

bool HttpConnection::sendRaw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpConnection::send(std::string_view method, std::string_view path, const HttpHeaders& headers,
                          std::string_view body) {
  std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\n";
  if (!names(headers, "host")) text += "Host: localhost\r\n";
  const bool has_body = !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (has_body && !names(headers, "content-length") && !names(headers, "transfer-encoding"))
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return sendRaw(text + "\r\n" + std::string(body));
}

HttpReply HttpConnection::read(bool to_head) {
  HttpReply reply;
  do {
    reply = {};
    if (!readHead(reply)) {
      reply.status = 0;
      if (reply.error.empty()) reply.error = closed_ ? "the peer closed the connection" : "no reply within the limit";
      return reply;
    }
  } while (reply.status >= 100 && reply.status < 200 && reply.status != 101);  // 100 Continue: the real reply follows
  const bool bodiless = to_head || reply.status == 101 || reply.status == 204 || reply.status == 304;
  if (!bodiless) readBody(reply);
  return reply;
}

bool HttpConnection::waitForClose(std::chrono::milliseconds limit) {
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(limit.count())) <= 0) return false;
  char byte;
  return ::recv(fd_, &byte, 1, MSG_PEEK) <= 0;
}

bool HttpConnection::fill() {
  pollfd waiting{fd_, POLLIN, 0};
  if (closed_ || ::poll(&waiting, 1, static_cast<int>(limit_.count())) <= 0) return false;
  char bytes[16384];
  const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
  closed_ = size <= 0;
  if (!closed_) buffer_.append(bytes, static_cast<std::size_t>(size));
  return !closed_;
}

std::optional<std::string> HttpConnection::take(std::size_t size) {
  while (buffer_.size() < size)
    if (!fill()) return std::nullopt;
  std::string out = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return out;
}

std::optional<std::string> HttpConnection::takeLine() {
  auto end = buffer_.find("\r\n");
  while (end == std::string::npos) {
    if (!fill()) return std::nullopt;
    end = buffer_.find("\r\n");
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

bool HttpConnection::readHead(HttpReply& reply) {
  const auto status_line = takeLine();
  if (!status_line) return false;
  if (status_line->rfind("HTTP/1.", 0) != 0 || status_line->size() < 12) {
    reply.error = "not an HTTP/1 status line: " + *status_line;
    return false;
  }
  reply.status = std::atoi(status_line->c_str() + 9);
  for (;;) {
    const auto line = takeLine();
    if (!line) return false;
    if (line->empty()) return true;
    const auto colon = line->find(':');
    if (colon != std::string::npos) reply.headers[lower(line->substr(0, colon))] = trimmed(line->substr(colon + 1));
  }
}

void HttpConnection::readBody(HttpReply& reply) {
  std::optional<std::string> body;
  if (lower(reply.headers["transfer-encoding"]) == "chunked") {
    body = readChunks();
  } else if (reply.headers.count("content-length")) {
    body = take(std::strtoul(reply.headers["content-length"].c_str(), nullptr, 10));
  } else {
    while (fill()) {
    }
    if (closed_) body = std::exchange(buffer_, {});
  }
  if (body) {
    reply.body = std::move(*body);
  } else {
    reply.error = "the body of a reply with status " + std::to_string(reply.status) + " ended early";
    reply.status = 0;
  }
}

std::optional<std::string> HttpConnection::readChunks() {
  std::string body;
  for (;;) {
    const auto size_line = takeLine();
    if (!size_line) return std::nullopt;
    const std::size_t size = std::strtoul(size_line->c_str(), nullptr, 16);
    if (size == 0) break;
    const auto chunk = take(size);
    if (!chunk || !takeLine()) return std::nullopt;
    body += *chunk;
  }
  for (auto trailer = takeLine(); trailer; trailer = takeLine())
    if (trailer->empty()) return body;
  return std::nullopt;
}

HttpReply request(std::string_view method, std::uint16_t port, std::string_view path, const HttpHeaders& headers,
                  std::string_view body) {
  try {
    HttpConnection connection(port);
    // A server may refuse (413, say) and close before the whole body is sent: its reply still counts.
    connection.send(method, path, headers, body);
    return connection.read(method == "HEAD");
  } catch (const std::system_error& error) {
    HttpReply reply;
    reply.error = error.what();
    return reply;
  }
}

}  // namespace belfry::test
