// A blocking stream connection to a server's unix socket, with a limit on every step.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::embedded {

class UnixSocket {
 public:
  /// nullopt when nobody listens there (a stale socket file, for one) or the path is too long.
  static std::optional<UnixSocket> connect(const std::filesystem::path& path, std::chrono::milliseconds limit);

  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket& operator=(UnixSocket&& other) = delete;
  ~UnixSocket();

  bool sendAll(std::string_view bytes);
  /// Exactly `size` bytes; nullopt when the peer closed or was silent for the limit.
  std::optional<std::string> receive(std::size_t size);

 private:
  explicit UnixSocket(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace belfry::embedded
