// A server for mail or HTTP that says exactly what a test wants, for the cases that no well-behaved one shows: silence,
// early ends, impossible replies. The script runs once for each connection, on a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace belfry::test {

/// The server's end of one connection.
class Peer {
 public:
  Peer(int fd, int number) : fd_(fd), number_(number) {}
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int number() const noexcept { return number_; }  ///< 1 for the first connection
  int fd() const noexcept { return fd_; }
  void send(const std::string& bytes);
  /// The next line without CRLF; "" at the end of the stream.
  std::string line();
  /// An HTTP request: its head, with the empty line, and as much body as Content-Length says; "" at the end of the
  /// stream.
  std::string request();
  /// Just the head.
  std::string head();
  /// Sends `220`, reads EHLO, sends `250` with these keywords.
  void greet(const std::vector<std::string>& keywords = {});
  /// Reads as many lines as there are `replies` and answers each.
  void answer(const std::vector<std::string>& replies);
  /// Reads a message up to and with the final dot; false at the end of the stream.
  bool message();
  /// Answers everything well until the client goes.
  void serveWell();
  /// Says nothing until the client goes.
  void waitForEnd();
  /// Ends the connection with RST instead of FIN.
  void abort();

 private:
  bool receive();

  int fd_;
  int number_;
  std::string buffer_;
};

/// Whether somebody on 127.0.0.1 takes connections on that port.
bool listens(std::uint16_t port);

class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(Script script);
  /// Ends all connections and waits for the scripts.
  ~ScriptedServer();

  std::uint16_t port() const noexcept { return port_; }
  int connections() const noexcept { return connections_; }

 private:
  void accept();

  Script script_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::set<int> open_;  // guarded by mutex_
  std::list<std::thread> scripts_;
  std::thread acceptor_;
};

/// A mail server that takes one message, says so here, and never answers its final dot.
inline ScriptedServer::Script silentAfterTheDot(std::promise<void>& dot_seen) {
  return [&dot_seen](Peer& peer) {
    peer.greet();
    peer.answer({"250 ok", "250 ok", "354 go on"});
    peer.message();
    dot_seen.set_value();
    peer.waitForEnd();
  };
}

}  // namespace belfry::test
