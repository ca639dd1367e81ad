#include "adapters/embedded/unix_socket.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace belfry::embedded {

std::optional<UnixSocket> UnixSocket::connect(const std::filesystem::path& path, std::chrono::milliseconds limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  UnixSocket socket(fd);
  const timeval span{limit.count() / 1000, (limit.count() % 1000) * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &span, sizeof span);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &span, sizeof span);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return std::nullopt;
  return socket;
}

UnixSocket::UnixSocket(UnixSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

UnixSocket::~UnixSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool UnixSocket::sendAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<std::string> UnixSocket::receive(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t got = 0; got < size;) {
    const auto more = ::recv(fd_, bytes.data() + got, size - got, 0);
    if (more <= 0) return std::nullopt;
    got += static_cast<std::size_t>(more);
  }
  return bytes;
}

}  // namespace belfry::embedded
