#include "adapters/curl/http_connections.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace belfry::curl {
namespace {

int localPort(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

curl_socket_t HttpConnections::open(const curl_sockaddr& address, HttpLane& lane) {
  const int fd = socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  open_[fd] = {&lane};
  lane.socketOpened();
  ++opened_;
  open_count_ = open_.size();
  return fd;
}

int HttpConnections::onClose(void* self, curl_socket_t fd) {
  auto& connections = *static_cast<HttpConnections*>(self);
  const auto found = connections.open_.find(fd);
  if (found != connections.open_.end()) {
    found->second.lane->socketClosed();
    if (found->second.named) connections.forget(fd);
    connections.open_.erase(found);
    connections.open_count_ = connections.open_.size();
  }
  return close(fd);
}

void HttpConnections::forget(curl_socket_t fd) {
  const auto found = std::find_if(uses_.begin(), uses_.end(), [fd](const auto& use) { return use.second.fd == fd; });
  if (found == uses_.end()) return;
  if (found->second.requests != 0) --busy_count_;
  uses_.erase(found);
}

bool HttpConnections::isStale(const Ends& ends, bool tls) const {
  const auto found = uses_.find(ends);
  if (found == uses_.end()) return false;
  pollfd watched{found->second.fd, POLLIN | POLLRDHUP, 0};
  if (poll(&watched, 1, 0) <= 0) return false;
  if (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) return true;
  return !tls && found->second.requests == 0;
}

bool HttpConnections::isHttp2(const Ends& ends) const {
  const auto found = uses_.find(ends);
  return found != uses_.end() && found->second.http2;
}

void HttpConnections::use(const Ends& ends) {
  Use& use = uses_[ends];
  if (use.fd == CURL_SOCKET_BAD) {
    use.fd = unnamedWith(ends.local_port);
    if (const auto found = open_.find(use.fd); found != open_.end()) found->second.named = true;
  }
  if (use.requests++ == 0) ++busy_count_;
  else use.http2 = true;  // only there one does not wait for the other
}

curl_socket_t HttpConnections::unnamedWith(int local_port) const {
  for (const auto& [fd, socket] : open_)
    if (!socket.named && localPort(fd) == local_port) return fd;
  return CURL_SOCKET_BAD;
}

void HttpConnections::release(const Ends& ends) {
  const auto found = uses_.find(ends);
  if (found != uses_.end() && --found->second.requests == 0) --busy_count_;
}

}  // namespace belfry::curl
