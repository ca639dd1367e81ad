// A tiny blocking HTTP/1.1 client on plain sockets, for system tests. It sends what it is told, also what is wrong, so
// that the edge's answers to hostile input can be tested with the same few lines.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::test {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  int status = 0;                              ///< 0: no reply came (refused, closed, deadline); see `error`
  std::map<std::string, std::string> headers;  ///< names in lower case; of repeated names the last value
  std::string body;                            ///< chunked bodies joined
  std::string error;                           ///< why there is no reply
};

/// One connection to 127.0.0.1. One thread at a time.
class HttpConnection {
 public:
  /// Throws std::system_error when nothing listens.
  explicit HttpConnection(std::uint16_t port, std::chrono::milliseconds limit = std::chrono::seconds(30));
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Sends the bytes as they are. False when the peer closed.
  bool sendRaw(std::string_view bytes);
  /// Builds a request with Host and Content-Length and sends it.
  bool send(std::string_view method, std::string_view path, const HttpHeaders& headers = {},
            std::string_view body = "");
  /// Reads the next reply, waiting at most the limit for each part. Replies to pipelined requests come one a call.
  /// `to_head`: the request was HEAD, whose reply has no body in spite of its Content-Length.
  HttpReply read(bool to_head = false);
  /// True when the peer closes (with nothing more sent) within the limit.
  bool waitForClose(std::chrono::milliseconds limit);
  int fd() const noexcept { return fd_; }

 private:
  bool fill();  // reads more into buffer_; false at the end or the deadline
  std::optional<std::string> take(std::size_t size);
  std::optional<std::string> takeLine();
  bool readHead(HttpReply& reply);
  void readBody(HttpReply& reply);
  std::optional<std::string> readChunks();

  int fd_ = -1;
  std::chrono::milliseconds limit_;
  std::string buffer_;
  bool closed_ = false;
};

/// One request on a connection of its own. Never throws for what the peer does: see HttpReply::error.
HttpReply request(std::string_view method, std::uint16_t port, std::string_view path, const HttpHeaders& headers = {},
                  std::string_view body = "");

}  // namespace belfry::test
