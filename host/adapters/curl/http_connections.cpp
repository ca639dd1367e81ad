#include "adapters/curl/http_connections.h"

#include <sys/socket.h>
#include <unistd.h>

namespace belfry::curl {

curl_socket_t HttpConnections::open(const curl_sockaddr& address, HttpLane& lane) {
  const int fd = socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  open_[fd] = &lane;
  lane.socketOpened();
  ++opened_;
  open_count_ = open_.size();
  return fd;
}

int HttpConnections::onClose(void* self, curl_socket_t fd) {
  auto& connections = *static_cast<HttpConnections*>(self);
  if (const auto found = connections.open_.find(fd); found != connections.open_.end()) {
    found->second->socketClosed();
    connections.open_.erase(found);
    connections.open_count_ = connections.open_.size();
  }
  return close(fd);
}

void HttpConnections::release(const Ends& ends) {
  const auto found = busy_.find(ends);
  if (found != busy_.end() && --found->second == 0) busy_.erase(found);
  busy_count_ = busy_.size();
}

}  // namespace belfry::curl
