// A provider that accepts connections and then says nothing at all.
#pragma once

#include <cstdint>

namespace belfry::test {

/// Listens on 127.0.0.1 while it lives; whoever connects waits. The destructor resets the connections.
class MuteServer {
 public:
  MuteServer();
  ~MuteServer();
  MuteServer(const MuteServer&) = delete;
  MuteServer& operator=(const MuteServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace belfry::test
