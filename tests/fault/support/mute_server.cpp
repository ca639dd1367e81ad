#include "fault/support/mute_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace belfry::test {

MuteServer::MuteServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* where = reinterpret_cast<sockaddr*>(&address);
  // The kernel completes connections of the backlog; nobody ever accepts them.
  if (::bind(fd_, where, size) != 0 || ::listen(fd_, SOMAXCONN) != 0 || ::getsockname(fd_, where, &size) != 0)
    throw std::system_error(errno, std::generic_category(), "mute server");
  port_ = ntohs(address.sin_port);
}

MuteServer::~MuteServer() { ::close(fd_); }

}  // namespace belfry::test
