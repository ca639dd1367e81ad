// A closed-loop HTTP/1.1 client: as many keep-alive connections as asked, one request under way on each, one thread on
// epoll. It prints one JSON line: rate, percentiles of the answer's latency, and the monotonic clock at the first
// request and the last answer.
//
//   load_generator --port N --count N --body FILE [--connections 64] [--path /…] [--header 'Name: value']… [--pause-ms
//   N]
//
// Every "@@@@@@@@" in headers and body becomes the request's number in eight digits, so that each has its own recipient
// and Idempotency-Key. With --pause-ms (one connection) each request waits so long after the answer before, and the
// line has "starts_us": when each request left.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
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
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kNumber = "@@@@@@@@";
constexpr int kStalled_ms = 60'000;

struct Options {
  int port = 0;
  long count = 0;
  int connections = 64;
  int pause_ms = 0;
  std::string path = "/api/v1/services/notifications/send";
  std::string body;
  std::vector<std::string> headers;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "load_generator: %s\n", what.c_str());
  std::exit(1);
}

std::int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000LL + t.tv_nsec / 1000;
}

/// The request as bytes, with places for its number.
class RequestText {
 public:
  explicit RequestText(const Options& options) {
    text_ = "POST " + options.path +
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
            std::to_string(options.body.size()) + "\r\n";
    for (const auto& header : options.headers) text_ += header + "\r\n";
    text_ += "\r\n" + options.body;
    for (auto at = text_.find(kNumber); at != text_.npos; at = text_.find(kNumber, at + kNumber.size()))
      places_.push_back(at);
  }

  void write(long number, std::string& to) const {
    char digits[24];
    std::snprintf(digits, sizeof digits, "%08ld", number % 100'000'000);
    to = text_;
    for (auto place : places_) to.replace(place, kNumber.size(), digits, kNumber.size());
  }

 private:
  std::string text_;
  std::vector<std::size_t> places_;
};

/// Length of the complete answer at the front of `in`; 0 while it is not complete. Answers have a Content-Length.
std::size_t answerLength(std::string_view in) {
  const auto head = in.find("\r\n\r\n");
  if (head == in.npos) return 0;
  constexpr std::string_view kLength = "content-length:";
  std::size_t body = 0;
  for (std::size_t line = in.find("\r\n") + 2; line < head + 2; line = in.find("\r\n", line) + 2) {
    if (strncasecmp(in.data() + line, kLength.data(), kLength.size()) == 0)
      body = std::strtoul(in.data() + line + kLength.size(), nullptr, 10);
  }
  return in.size() >= head + 4 + body ? head + 4 + body : 0;
}

class Generator {
 public:
  explicit Generator(Options options)
      : options_(std::move(options)), request_(options_), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(static_cast<std::size_t>(options_.connections));
    latencies_.reserve(static_cast<std::size_t>(options_.count));
  }

  void run() {
    for (auto& connection : connections_) open(connection);
    first_ = now();
    for (auto& connection : connections_) startNext(connection);
    std::vector<epoll_event> events(connections_.size());
    while (done_ < options_.count) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kStalled_ms);
      if (ready <= 0) fail("no answer for a minute, after " + std::to_string(done_));
      for (int i = 0; i < ready; ++i)
        onReady(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr),
                events[static_cast<std::size_t>(i)].events);
    }
    last_ = now();
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    const double seconds = static_cast<double>(last_ - first_) / 1e6;
    std::printf(
        "{\"n\":%ld,\"bad\":%ld,\"seconds\":%.4f,\"per_s\":%.0f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,"
        "\"max_ms\":%.3f,\"first_us\":%lld,\"last_us\":%lld",
        done_, bad_, seconds, static_cast<double>(done_) / seconds, percentile(0.5), percentile(0.9), percentile(0.99),
        percentile(1), static_cast<long long>(first_), static_cast<long long>(last_));
    if (options_.pause_ms > 0) printStarts();
    std::printf("}\n");
  }

 private:
  struct Connection {
    int fd = -1;
    std::string out, in;
    std::size_t sent = 0;
    std::int64_t started = 0;
  };

  void open(Connection& connection) {
    connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      fail(std::string("connect: ") + std::strerror(errno));
    fcntl(connection.fd, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &connection;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
  }

  void startNext(Connection& connection) {
    if (begun_ >= options_.count) return;
    if (options_.pause_ms > 0 && begun_ > 0) poll(nullptr, 0, options_.pause_ms);
    request_.write(begun_++, connection.out);
    connection.sent = 0;
    connection.started = now();
    if (options_.pause_ms > 0) starts_.push_back(connection.started);
    push(connection);
  }

  void push(Connection& connection) {
    while (connection.sent < connection.out.size()) {
      const ssize_t size = send(connection.fd, connection.out.data() + connection.sent,
                                connection.out.size() - connection.sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      connection.sent += static_cast<std::size_t>(size);
    }
  }

  void onReady(Connection& connection, std::uint32_t events) {
    if (events & EPOLLOUT) push(connection);
    char bytes[16384];
    for (;;) {
      const ssize_t size = recv(connection.fd, bytes, sizeof bytes, 0);
      if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        fail("the host closed a connection after " + std::to_string(done_) + " answers");
      if (size < 0) break;
      connection.in.append(bytes, static_cast<std::size_t>(size));
    }
    while (const auto length = answerLength(connection.in)) finish(connection, length);
  }

  void finish(Connection& connection, std::size_t length) {
    constexpr std::size_t kStatus = sizeof "HTTP/1.1";
    if (connection.in.compare(kStatus, 3, "202") != 0 && bad_++ == 0) {
      std::fprintf(stderr, "load_generator: the first answer that is no 202:\n%.*s\n",
                   static_cast<int>(std::min<std::size_t>(length, 1000)), connection.in.data());
    }
    connection.in.erase(0, length);
    latencies_.push_back(now() - connection.started);
    ++done_;
    startNext(connection);
  }

  double percentile(double share) const {
    if (latencies_.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
    return static_cast<double>(latencies_[std::min(place, latencies_.size() - 1)]) / 1000.0;
  }

  void printStarts() const {
    std::printf(",\"starts_us\":[");
    for (std::size_t i = 0; i < starts_.size(); ++i)
      std::printf("%s%lld", i ? "," : "", static_cast<long long>(starts_[i]));
    std::printf("]");
  }

  const Options options_;
  const RequestText request_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::vector<std::int64_t> latencies_, starts_;
  long begun_ = 0, done_ = 0, bad_ = 0;
  std::int64_t first_ = 0, last_ = 0;
};

std::string contentOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(file + " cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--port") options.port = std::atoi(value.c_str());
    else if (name == "--count") options.count = std::atol(value.c_str());
    else if (name == "--connections") options.connections = std::atoi(value.c_str());
    else if (name == "--pause-ms") options.pause_ms = std::atoi(value.c_str());
    else if (name == "--path") options.path = value;
    else if (name == "--body") options.body = contentOf(value);
    else if (name == "--header") options.headers.push_back(value);
    else fail("unknown option " + name);
  }
  if (options.port <= 0 || options.count <= 0 || options.connections <= 0 || options.body.empty())
    fail("--port, --count and --body are needed");
  if (options.pause_ms > 0) options.connections = 1;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  Generator generator(parse(argc, argv));
  generator.run();
  generator.print();
}
