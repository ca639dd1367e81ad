#include "deaf_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace belfry::test {
namespace {

constexpr const char* kSocketName = "/.s.PGSQL.5432";
constexpr std::string_view kHost = "host=";

std::string withSlashes(std::string text) {
  for (auto at = text.find("%2F"); at != std::string::npos; at = text.find("%2F")) text.replace(at, 3, "/");
  return text;
}

sockaddr_un addressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long for a socket: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

int openSocket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error("no socket");
  return fd;
}

bool sendAll(int to, const char* bytes, std::size_t size) {
  while (size > 0) {
    const auto sent = ::send(to, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

DeafProxy::DeafProxy(std::string url) {
  const auto begin = url.find(kHost) + kHost.size();
  const auto size = url.find('&', begin) == std::string::npos ? std::string::npos : url.find('&', begin) - begin;
  server_path_ = withSlashes(url.substr(begin, size)) + kSocketName;
  const auto path = directory_.path().string() + kSocketName;
  url_ = url.replace(begin, size, directory_.path().string());
  listener_ = openSocket();
  const auto address = addressOf(path);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 16))
    throw std::runtime_error("cannot listen at " + path);
  acceptor_ = std::thread([this] { accept(); });
}

DeafProxy::~DeafProxy() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  cut();
  for (auto& passer : passers_) passer.join();
  ::close(listener_);
}

void DeafProxy::loseAnswerTo(const std::string& text) {
  std::lock_guard lock(mutex_);
  deaf_after_ = text;
}

void DeafProxy::noteClient(std::string_view said) {
  std::lock_guard lock(mutex_);
  deaf_ = deaf_ || (!deaf_after_.empty() && said.find(deaf_after_) != std::string_view::npos);
}

bool DeafProxy::swallows() {
  std::lock_guard lock(mutex_);
  return deaf_;
}

void DeafProxy::accept() {
  while (!stopping_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const int server = openSocket();
    const auto address = addressOf(server_path_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      ::close(server);
      continue;
    }
    std::lock_guard lock(mutex_);
    links_.push_back({client, server});
    passers_.emplace_back([this, link = links_.back()] { pass(link); });
  }
}

void DeafProxy::pass(Link link) {
  char buffer[65536];
  for (;;) {
    pollfd ready[] = {{link.client, POLLIN, 0}, {link.server, POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0) continue;
    bool open = true;
    for (int side = 0; side < 2 && open; ++side) {
      if (ready[side].revents == 0) continue;
      const auto got = ::recv(ready[side].fd, buffer, sizeof buffer, 0);
      open = got > 0;
      if (!open) break;
      const auto size = static_cast<std::size_t>(got);
      if (side == 0) noteClient({buffer, size});
      if (side == 0 || !swallows()) open = sendAll(side == 0 ? link.server : link.client, buffer, size);
    }
    if (!open) break;
  }
  std::lock_guard lock(mutex_);
  ::close(link.client);
  ::close(link.server);
  std::erase_if(links_, [&](const Link& one) { return one.client == link.client; });
}

void DeafProxy::cut() {
  std::lock_guard lock(mutex_);
  deaf_ = false;
  deaf_after_.clear();
  for (const auto& link : links_) {
    ::shutdown(link.client, SHUT_RDWR);
    ::shutdown(link.server, SHUT_RDWR);
    ++cuts_;
  }
}

}  // namespace belfry::test
