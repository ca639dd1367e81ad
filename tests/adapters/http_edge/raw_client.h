// A TCP client that sends exactly the bytes it is given, and reads responses strictly. Waits have a deadline.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace belfry::test {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string header(const std::string& name) const { return headers.contains(name) ? headers.at(name) : ""; }
};

/// Throws std::runtime_error when the peer closes early, sends nonsense or nothing for 20 s.
class RawClient {
 public:
  /// `receive_buffer` above 0 sets SO_RCVBUF before connecting.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;

  void send(std::string_view bytes);
  /// Sends what the peer takes now; false once it takes nothing for the moment or has closed.
  bool trySend(std::string_view bytes);
  void endSending();
  /// Reads one response; `to_head` says that none has a body.
  Reply read(bool to_head = false);
  /// Reads everything up to the peer's close or reset and returns it.
  std::string readToEnd();
  /// Reads exactly `count` bytes.
  std::string readBytes(std::size_t count);
  /// Closes at once with a reset instead of an orderly end.
  void reset();
  int fd() const { return fd_; }

 private:
  bool fill();

  int fd_;
  std::string buffer_;
};

std::string get(std::string_view target, std::string_view extra_lines = "");
std::string post(std::string_view target, std::string_view body, std::string_view extra_lines = "");

}  // namespace belfry::test
