// A client as ours should be, many times over: an open-loop HTTP/1.1 client on epoll that wants so many notifications
// accepted each second, whatever the hosts do. Each has an Idempotency-Key of its own; one that is refused, unanswered
// or cut off is sent again with it, to whichever host answers, until a 202 comes. What got a 202 stands in the ledger;
// that is what must not be lost.
//
//   steady_client --ports N,N… --count N --rate PER_SECOND --ledger FILE --body FILE [--body FILE…]
//                 [--connections 48] [--run LABEL] [--header 'Name: value']…
//
// Notification k has the body k modulo their number, in which every "@@@@@@@@" becomes k in eight digits. The ledger's
// lines are "NUMBER ID", each written when the 202 is read. A line on standard input, whatever it says, gets one JSON
// line: accepted, refused (429 or 503 with Retry-After), unanswered, surprises (any other answer; each on standard
// error). It ends when its standard input does.
#include <arpa/inet.h>
#include <fcntl.h>
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
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kNumber = "@@@@@@@@";
constexpr std::int64_t kPause_us = 100'000;        // of what was not answered
constexpr std::int64_t kRefused_us = 1'000'000;    // of what was refused, as the least Retry-After asks for
constexpr std::int64_t kPatience_us = 15'000'000;  // with a host that does not answer
constexpr int kTick_ms = 5;

struct Options {
  std::vector<int> ports;
  long count = 0;
  double rate = 0;
  int connections = 48;
  std::string run = "storm";
  std::string ledger;
  std::vector<std::string> bodies;
  std::string headers;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "steady_client: %s\n", what.c_str());
  std::exit(1);
}

std::int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000LL + t.tv_nsec / 1000;
}

std::string requestText(const Options& options, long number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%08ld", number);
  std::string body = options.bodies[static_cast<std::size_t>(number) % options.bodies.size()];
  for (auto at = body.find(kNumber); at != body.npos; at = body.find(kNumber, at)) body.replace(at, 8, digits, 8);
  return "POST /api/v1/services/notifications/send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
         options.headers + "Idempotency-Key: " + options.run + "-" + digits +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Answer {
  int status = 0;
  bool retry_after = false;
  std::string_view body;
  std::size_t length = 0;  // of the whole answer; 0 while it is not complete
};

Answer answerIn(std::string_view in) {
  Answer answer;
  const auto head = in.find("\r\n\r\n");
  if (head == in.npos || in.size() < 12) return answer;
  answer.status = std::atoi(std::string(in.substr(9, 3)).c_str());
  std::size_t body = 0;
  for (std::size_t line = in.find("\r\n") + 2; line < head + 2; line = in.find("\r\n", line) + 2) {
    if (strncasecmp(in.data() + line, "content-length:", 15) == 0)
      body = std::strtoul(in.data() + line + 15, nullptr, 10);
    if (strncasecmp(in.data() + line, "retry-after:", 12) == 0) answer.retry_after = true;
  }
  if (in.size() < head + 4 + body) return answer;
  answer.body = in.substr(head + 4, body);
  answer.length = head + 4 + body;
  return answer;
}

/// The notification's id: the first "id" of the answer.
std::string_view idIn(std::string_view body) {
  constexpr std::string_view kId = "\"id\":\"";
  const auto at = body.find(kId);
  if (at == body.npos) return {};
  const auto from = at + kId.size();
  return body.substr(from, body.find('"', from) - from);
}

class Client {
 public:
  explicit Client(Options options)
      : options_(std::move(options)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        ledger_(std::fopen(options_.ledger.c_str(), "w")) {
    if (!ledger_) fail(options_.ledger + ": " + std::strerror(errno));
    for (int i = 0; i < options_.connections; ++i) {
      lines_.push_back(std::make_unique<Line>());
      lines_.back()->port = options_.ports[static_cast<std::size_t>(i) % options_.ports.size()];
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  }
  ~Client() { std::fclose(ledger_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void run() {
    started_ = now();
    std::vector<epoll_event> events(lines_.size() + 1);
    while (!ended_) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTick_ms);
      for (int i = 0; i < ready; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr) onReady(*static_cast<Line*>(event.data.ptr), event.events);
        else readCommand();
      }
      tend();
    }
  }

 private:
  enum class State { closed, connecting, idle, busy };

  struct Line {
    int port = 0;
    int fd = -1;
    State state = State::closed;
    std::int64_t since = 0;  // of the state; when closed, the time from which it may connect
    long number = -1;        // under way
    std::string out, in;
    std::size_t sent = 0;
  };

  void tend() {
    const auto at = now();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      auto& line = *lines_[(next_line_ + i) % lines_.size()];
      if (line.state == State::closed && line.since <= at) connectLine(line);
      if ((line.state == State::busy || line.state == State::connecting) && at - line.since > kPatience_us)
        hangUp(line);
      if (line.state == State::idle) startNext(line, at);
    }
    ++next_line_;  // so that the hosts share what is due
  }

  bool takeDue(std::int64_t at, long& number) {
    if (!again_.empty() && again_.begin()->first <= at) {
      number = again_.begin()->second;
      again_.erase(again_.begin());
      return true;
    }
    const auto due = static_cast<long>(static_cast<double>(at - started_) / 1e6 * options_.rate);
    if (begun_ >= std::min(due, options_.count)) return false;
    number = begun_++;
    return true;
  }

  void startNext(Line& line, std::int64_t at) {
    if (!takeDue(at, line.number)) return;
    line.out = requestText(options_, line.number);
    line.sent = 0;
    line.state = State::busy;
    line.since = at;
    push(line);
  }

  void connectLine(Line& line) {
    line.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(line.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(line.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line.state = State::connecting;
    line.since = now();
    if (connect(line.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
      return hangUp(line);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &line;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, line.fd, &event);
  }

  /// What was under way on it is asked again elsewhere.
  void hangUp(Line& line) {
    close(line.fd);
    line.fd = -1;
    if (line.state == State::busy) ++unanswered_, again_.emplace(now() + kPause_us, line.number);
    line.state = State::closed;
    line.since = now() + kPause_us;
    line.in.clear();
  }

  void push(Line& line) {
    while (line.sent < line.out.size()) {
      const ssize_t size = send(line.fd, line.out.data() + line.sent, line.out.size() - line.sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      line.sent += static_cast<std::size_t>(size);
    }
  }

  void onReady(Line& line, std::uint32_t events) {
    if (line.state == State::closed) return;
    if (events & (EPOLLERR | EPOLLHUP)) return hangUp(line);
    if (line.state == State::connecting) line.state = State::idle;
    if (line.state == State::busy && (events & EPOLLOUT)) push(line);
    if (events & EPOLLIN) read(line);
  }

  void read(Line& line) {
    char bytes[16384];
    bool gone = false;
    for (;;) {
      const ssize_t size = recv(line.fd, bytes, sizeof bytes, 0);
      gone = size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
      if (size <= 0) break;
      line.in.append(bytes, static_cast<std::size_t>(size));
    }
    if (const auto answer = answerIn(line.in); answer.length > 0 && line.state == State::busy) judge(line, answer);
    if (gone) hangUp(line);
  }

  void judge(Line& line, const Answer& answer) {
    const auto id = answer.status == 202 ? idIn(answer.body) : std::string_view();
    if (!id.empty()) accept(line.number, id);
    else again_.emplace(now() + kRefused_us, line.number);
    if (id.empty()) count(answer);
    line.in.erase(0, answer.length);
    line.state = State::idle;
  }

  void accept(long number, std::string_view id) {
    ++accepted_;
    std::fprintf(ledger_, "%08ld %.*s\n", number, static_cast<int>(id.size()), id.data());
  }

  void count(const Answer& answer) {
    if ((answer.status == 429 || answer.status == 503) && answer.retry_after) return void(++refused_);
    ++surprises_;
    std::fprintf(stderr, "%d %.*s\n", answer.status, static_cast<int>(answer.body.size()), answer.body.data());
  }

  void readCommand() {
    char bytes[256];
    const ssize_t size = ::read(STDIN_FILENO, bytes, sizeof bytes);
    ended_ = size <= 0;
    if (ended_) return;
    std::fflush(ledger_);
    std::printf("{\"begun\":%ld,\"accepted\":%ld,\"refused\":%ld,\"unanswered\":%ld,\"surprises\":%ld}\n", begun_,
                accepted_, refused_, unanswered_, surprises_);
    std::fflush(stdout);
  }

  const Options options_;
  const int epoll_;
  std::FILE* ledger_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::multimap<std::int64_t, long> again_;  // what is asked again, by when
  std::size_t next_line_ = 0;
  std::int64_t started_ = 0;
  long begun_ = 0, accepted_ = 0, refused_ = 0, unanswered_ = 0, surprises_ = 0;
  bool ended_ = false;
};

std::string contentOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(file + " cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<int> portsIn(const std::string& list) {
  std::vector<int> ports;
  for (std::size_t at = 0; at < list.size(); at = std::min(list.find(',', at), list.size() - 1) + 1)
    ports.push_back(std::atoi(list.c_str() + at));
  return ports;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--ports") options.ports = portsIn(value);
    else if (name == "--count") options.count = std::atol(value.c_str());
    else if (name == "--rate") options.rate = std::atof(value.c_str());
    else if (name == "--connections") options.connections = std::atoi(value.c_str());
    else if (name == "--run") options.run = value;
    else if (name == "--ledger") options.ledger = value;
    else if (name == "--body") options.bodies.push_back(contentOf(value));
    else if (name == "--header") options.headers += value + "\r\n";
    else fail("unknown option " + name);
  }
  if (options.ports.empty() || options.count <= 0 || options.rate <= 0 || options.bodies.empty() ||
      options.ledger.empty())
    fail("--ports, --count, --rate, --ledger and --body are needed");
  return options;
}

}  // namespace

int main(int argc, char** argv) { Client(parse(argc, argv)).run(); }
