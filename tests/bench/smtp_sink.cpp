// A minimal SMTP server for measurements: one thread on epoll, PIPELINING, messages counted and thrown away. It speaks
// enough of RFC 5321 to notice a client that gets the order of commands, the CRLFs or the final dot wrong, since a
// figure over a server that accepts anything would mean nothing. Tests of behaviour use tests/support/mail_sink.py.
//
//   smtp_sink [--port 0] [--delay-ms 0]        prints {"port":N}, ends when its standard input does
//
// Each line on standard input is a command and gets one JSON line:
//   stats       messages, bytes, connections and wrong commands so far, and the monotonic clock at the last message
//   arrivals    when each message's final dot came
//   delay N     from now on the answer to a final dot comes after N ms
//   reset       forgets the messages counted so far
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

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
#include <vector>

namespace {

constexpr std::size_t kLongestLine = 2000;  // RFC 5321 §4.5.3.1.4 asks for 512; SMTPUTF8 and parameters need more

std::int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000LL + t.tv_nsec / 1000;
}

struct Counters {
  long messages = 0;
  long long bytes = 0;
  long connections = 0;
  long wrong = 0;
  std::int64_t last_us = 0;
  std::vector<std::int64_t> arrivals;
};

/// One client's dialogue: takes bytes, gives answers, says when a message is complete.
class Dialogue {
 public:
  explicit Dialogue(Counters& counters) : counters_(counters) { out = "220 smtp-sink.test ESMTP\r\n"; }

  /// Handles what it can of `in`. Stops at a complete message, whose answer the server gives when its delay is over.
  void advance() {
    while (!awaits_answer && !closing) {
      if (state_ == State::data ? !takeContent() : !takeLine()) return;
    }
  }

  void answerMessage() {
    awaits_answer = false;
    state_ = State::greeted;
    out += "250 2.0.0 kept\r\n";
  }

  std::string in, out;
  bool awaits_answer = false;
  bool closing = false;

 private:
  enum class State { fresh, greeted, mail, rcpt, data };

  bool takeLine() {
    const auto end = in.find('\n');
    if (end == in.npos) {
      if (in.size() > kLongestLine) refuse("500 5.5.2 line too long"), closing = true;
      return false;
    }
    if (end == 0 || in[end - 1] != '\r') refuse("500 5.5.2 bare LF");
    else command(std::string_view(in).substr(0, end - 1));
    in.erase(0, end + 1);
    return true;
  }

  static bool is(std::string_view line, std::string_view verb) {
    return line.size() >= verb.size() && strncasecmp(line.data(), verb.data(), verb.size()) == 0;
  }

  void command(std::string_view line) {
    if (is(line, "EHLO ")) return hello();
    if (is(line, "MAIL FROM:<")) return step(State::greeted, State::mail, "250 2.1.0 sender ok");
    if (is(line, "RCPT TO:<"))
      return step(state_ == State::rcpt ? State::rcpt : State::mail, State::rcpt, "250 2.1.5 recipient ok");
    if (is(line, "DATA") && line.size() == 4) return step(State::rcpt, State::data, "354 go ahead");
    if (is(line, "RSET")) return reset();
    if (is(line, "NOOP")) return answer("250 2.0.0 ok");
    if (is(line, "QUIT")) return answer("221 2.0.0 bye"), void(closing = true);
    refuse("500 5.5.1 unknown command");
  }

  void hello() {
    state_ = State::greeted;
    out += "250-smtp-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 33554432\r\n";
  }

  void reset() {
    if (state_ != State::fresh) state_ = State::greeted;
    answer("250 2.0.0 ok");
  }

  void step(State from, State to, const char* text) {
    if (state_ != from) return refuse("503 5.5.1 bad sequence of commands");
    state_ = to;
    answer(text);
  }

  bool takeContent() {
    // The dot's CRLF may be the one that ends DATA's own line: an empty message.
    const bool empty = in.compare(0, 3, ".\r\n") == 0;
    const auto end = empty ? 0 : in.find("\r\n.\r\n", searched_);
    if (end == in.npos) {
      searched_ = in.size() > 4 ? in.size() - 4 : 0;
      return false;
    }
    searched_ = 0;
    const std::size_t size = empty ? 3 : end + 5;
    ++counters_.messages;
    counters_.bytes += static_cast<long long>(size);
    counters_.last_us = now();
    counters_.arrivals.push_back(counters_.last_us);
    in.erase(0, size);
    awaits_answer = true;
    return true;
  }

  void answer(const char* text) { (out += text) += "\r\n"; }
  void refuse(const char* text) {
    ++counters_.wrong;
    answer(text);
  }

  Counters& counters_;
  State state_ = State::fresh;
  std::size_t searched_ = 0;
};

class Server {
 public:
  Server(int port, long delay_ms)
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
      std::fprintf(stderr, "smtp_sink: port %d: %s\n", port, std::strerror(errno));
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
    if (command.starts_with("delay ")) delay_us_ = std::atol(command.c_str() + 6) * 1000;
    if (command == "arrivals") return printArrivals();
    std::printf("{\"messages\":%ld,\"bytes\":%lld,\"connections\":%ld,\"wrong\":%ld,\"last_us\":%lld}\n",
                counters_.messages, counters_.bytes, counters_.connections, counters_.wrong,
                static_cast<long long>(counters_.last_us));
  }

  void reset() {
    const auto connections = counters_.connections;
    counters_ = {};
    counters_.connections = connections;
  }

  void printArrivals() const {
    std::printf("[");
    for (std::size_t i = 0; i < counters_.arrivals.size(); ++i)
      std::printf("%s%lld", i ? "," : "", static_cast<long long>(counters_.arrivals[i]));
    std::printf("]\n");
  }

  std::int64_t delay_us_;
  const int epoll_;
  const int listener_;
  Counters counters_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;
  std::deque<Due> due_;  // in order, since every delay is the same; changing it applies after those under way
  std::string commands_;
  std::uint64_t next_number_ = 0;
  bool ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  long delay_ms = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--port") == 0) port = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--delay-ms") == 0) delay_ms = std::atol(argv[i + 1]);
  }
  Server(port, delay_ms).run();
}
