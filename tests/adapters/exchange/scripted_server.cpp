#include "scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace belfry::test {

Peer::~Peer() { shutdown(fd_, SHUT_RDWR); }

void Peer::send(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;  // the client went; the script sees it when it reads
    sent += static_cast<std::size_t>(n);
  }
}

std::string Peer::line() {
  for (;;) {
    if (const auto end = buffer_.find("\r\n"); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 2);
      return line;
    }
    if (!receive()) return "";
  }
}

bool Peer::receive() {
  char bytes[16384];
  const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
  if (n > 0) buffer_.append(bytes, static_cast<std::size_t>(n));
  return n > 0;
}

std::string Peer::head() {
  while (buffer_.find("\r\n\r\n") == std::string::npos)
    if (!receive()) return "";
  const auto end = buffer_.find("\r\n\r\n") + 4;
  std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end);
  return head;
}

std::string Peer::request() {
  std::string all = head();
  const auto field = all.find("Content-Length: ");
  const std::size_t size = field == std::string::npos ? 0 : std::stoul(all.substr(field + 16));
  while (buffer_.size() < size)
    if (!receive()) return "";
  all += buffer_.substr(0, size);
  buffer_.erase(0, size);
  return all;
}

void Peer::greet(const std::vector<std::string>& keywords) {
  send("220 scripted.test ESMTP\r\n");
  line();
  std::string reply = "250-scripted.test\r\n";
  for (const std::string& keyword : keywords) reply += "250-" + keyword + "\r\n";
  send(reply + "250 HELP\r\n");
}

void Peer::answer(const std::vector<std::string>& replies) {
  for (const std::string& reply : replies) {
    line();
    send(reply + "\r\n");
  }
}

bool Peer::message() {
  for (;;) {
    if (buffer_.starts_with(".\r\n")) break;
    if (const auto end = buffer_.find("\r\n.\r\n"); end != std::string::npos) {
      buffer_.erase(0, end + 2);
      break;
    }
    if (!receive()) return false;
  }
  buffer_.erase(0, 3);
  return true;
}

void Peer::serveWell() {
  for (std::string command = line(); !command.empty(); command = line()) {
    if (command == "DATA") {
      send("354 go on\r\n");
      if (!message()) return;
    }
    send("250 ok\r\n");
  }
}

void Peer::waitForEnd() {
  char byte;
  while (recv(fd_, &byte, 1, 0) > 0) continue;
}

void Peer::abort() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  const int gone = ::socket(AF_INET, SOCK_STREAM, 0);  // replaces, and so closes, the connection
  dup2(gone, fd_);
  close(gone);
}

bool listens(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 1024) != 0 ||
      getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("scripted server cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept(); });
}

void ScriptedServer::accept() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    open_.insert(fd);
    scripts_.emplace_back([this, fd, number = ++connections_] {
      {
        Peer peer(fd, number);
        script_(peer);
      }
      const std::lock_guard closing(mutex_);
      open_.erase(fd);
      close(fd);
    });
  }
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& script : scripts_) script.join();
  close(listener_);
}

}  // namespace belfry::test
