// What the sinks of the measurements share: a server of one thread on epoll that counts messages, throws them away, and
// is asked over its standard input. A sink is this with a dialogue: smtp_sink.cpp, http_sink.cpp.
//
//   SINK [--port 0] [--delay-ms 0]        prints {"port":N}, ends when its standard input does
//
// Each line on standard input is a command and gets one JSON line:
//   stats         messages, bytes, connections and wrong commands so far, and the monotonic clock at the last message
//   delay N       the answer to a message comes after N ms; those that wait longer by now are shortened
//   watch NAME    from now on it is kept when messages to NAMEnnnnnnnn@… came
//   arrivals      of the watched ones: [number, monotonic µs] in the order in which they came
//   reset         forgets the messages counted so far
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sink {

inline std::int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000LL + t.tv_nsec / 1000;
}

struct Counters {
  struct Arrival {
    long number;
    std::int64_t at_us;
  };

  /// A whole message has come.
  void count(std::size_t size, std::string_view recipient) {
    ++messages;
    bytes += static_cast<long long>(size);
    last_us = now();
    if (!watched.empty() && recipient.substr(0, watched.size()) == watched)
      arrivals.push_back({std::atol(std::string(recipient.substr(watched.size(), 8)).c_str()), last_us});
  }

  long messages = 0;
  long long bytes = 0;
  long connections = 0;
  long wrong = 0;
  std::int64_t last_us = 0;
  std::string watched;
  std::vector<Arrival> arrivals;
};

/// One thread on epoll. Dialogue(Counters&) has `in`, `out`, advance(), answerMessage(), awaits_answer and closing.
template <class Dialogue>
class SinkServer {
 public:
  SinkServer(int port, long delay_ms)
      : delay_us_(delay_ms * 1000), epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(listenOn(port)) {
    watch(listener_, EPOLLIN);
    watch(STDIN_FILENO, EPOLLIN);
  }

  void run() {
    std::vector<epoll_event> events(256);
    while (!ended_) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), untilNextAnswer_ms());
      for (int i = 0; i < ready; ++i) onReady(events[static_cast<std::size_t>(i)].data.fd);
      giveDueAnswers();
    }
  }

 private:
  struct Client {
    explicit Client(Counters& counters) : dialogue(counters) {}
    Dialogue dialogue;
    std::uint64_t number = 0;  // told apart from a later client with the same descriptor
  };
  struct Due {
    std::int64_t at;
    int fd;
    std::uint64_t number;
  };

  static int listenOn(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd, where, size) != 0 || listen(fd, 1024) != 0 || getsockname(fd, where, &size) != 0) {
      std::fprintf(stderr, "sink: port %d: %s\n", port, std::strerror(errno));
      std::exit(1);
    }
    std::printf("{\"port\":%d}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return fd;
  }

  void watch(int fd, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void onReady(int fd) {
    if (fd == listener_) return acceptAll();
    if (fd == STDIN_FILENO) return readCommands();
    if (const auto found = clients_.find(fd); found != clients_.end()) readFrom(fd, *found->second);
  }

  void acceptAll() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto& client = clients_[fd] = std::make_unique<Client>(counters_);
      client->number = ++next_number_;
      ++counters_.connections;
      watch(fd, EPOLLIN);
      flush(fd, *client);
    }
  }

  void readFrom(int fd, Client& client) {
    char bytes[65536];
    const ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return drop(fd);
    client.dialogue.in.append(bytes, static_cast<std::size_t>(size));
    advance(fd, client);
  }

  void advance(int fd, Client& client) {
    client.dialogue.advance();
    while (client.dialogue.awaits_answer && delay_us_ == 0) {
      client.dialogue.answerMessage();
      client.dialogue.advance();
    }
    if (client.dialogue.awaits_answer) due_.push_back({now() + delay_us_, fd, client.number});
    flush(fd, client);
  }

  /// Answers are short; one that does not fit into the socket's buffer comes from a client that does not read.
  void flush(int fd, Client& client) {
    auto& out = client.dialogue.out;
    if (!out.empty() && send(fd, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()))
      return drop(fd);
    out.clear();
    if (client.dialogue.closing) drop(fd);
  }

  void drop(int fd) {
    clients_.erase(fd);
    close(fd);
  }

  int untilNextAnswer_ms() const {
    if (due_.empty()) return -1;
    const auto left = due_.front().at - now();
    return left <= 0 ? 0 : static_cast<int>((left + 999) / 1000);
  }

  void giveDueAnswers() {
    while (!due_.empty() && due_.front().at <= now()) {
      const auto due = due_.front();
      due_.pop_front();
      const auto found = clients_.find(due.fd);
      if (found == clients_.end() || found->second->number != due.number) continue;
      found->second->dialogue.answerMessage();
      advance(due.fd, *found->second);
    }
  }

  void readCommands() {
    char bytes[4096];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    ended_ = size <= 0;
    if (!ended_) commands_.append(bytes, static_cast<std::size_t>(size));
    for (auto end = commands_.find('\n'); end != commands_.npos; end = commands_.find('\n')) {
      obey(commands_.substr(0, end));
      commands_.erase(0, end + 1);
    }
    std::fflush(stdout);
  }

  void obey(const std::string& command) {
    if (command == "reset") reset();
    if (command.starts_with("delay ")) changeDelay(std::atol(command.c_str() + 6) * 1000);
    if (command.starts_with("watch ")) counters_.watched = command.substr(6);
    if (command == "arrivals") return printArrivals();
    std::printf("{\"messages\":%ld,\"bytes\":%lld,\"connections\":%ld,\"wrong\":%ld,\"last_us\":%lld}\n",
                counters_.messages, counters_.bytes, counters_.connections, counters_.wrong,
                static_cast<long long>(counters_.last_us));
  }

  /// Those under way wait no longer than the new ones.
  void changeDelay(std::int64_t delay_us) {
    delay_us_ = delay_us;
    for (auto& due : due_) due.at = std::min(due.at, now() + delay_us);
  }

  void reset() {
    Counters fresh;
    fresh.connections = counters_.connections;
    fresh.watched = std::move(counters_.watched);
    counters_ = std::move(fresh);
  }

  void printArrivals() const {
    std::printf("[");
    for (std::size_t i = 0; i < counters_.arrivals.size(); ++i) {
      const auto& arrival = counters_.arrivals[i];
      std::printf("%s[%ld,%lld]", i ? "," : "", arrival.number, static_cast<long long>(arrival.at_us));
    }
    std::printf("]\n");
  }

  std::int64_t delay_us_;
  const int epoll_;
  const int listener_;
  Counters counters_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;
  std::deque<Due> due_;  // in order: each delay is the same, and a shorter one shortens those before
  std::string commands_;
  std::uint64_t next_number_ = 0;
  bool ended_ = false;
};

/// `main` of a sink.
template <class Dialogue>
int run(int argc, char** argv) {
  int port = 0;
  long delay_ms = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--port") == 0) port = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--delay-ms") == 0) delay_ms = std::atol(argv[i + 1]);
  }
  SinkServer<Dialogue>(port, delay_ms).run();
  return 0;
}

}  // namespace sink
