// A closed-loop HTTP/1.1 client: as many keep-alive connections as asked, one request under way on each, one thread on
// epoll. It prints one JSON line: rate, percentiles of the answer's latency, and the monotonic clock at the first
// request and the last answer.
//
//   load_generator --port N --count N --body FILE [--connections 64] [--path /…] [--header 'Name: value']… [--batch N]
//                  [--tenants N] [--pause-ms N] [--starts 1]
//
// Every "@@@@@@@@" in headers and body becomes a number in eight digits, so that each notification has its own
// recipient and each request its own Idempotency-Key; every "%%%%" becomes that number modulo --tenants in four. With
// --batch the body is one of N notifications of a request {"notifications":[…],"totalExpected":N}, --count counts
// notifications, and an answer that rejects one of them is a bad one. With --pause-ms (one connection) each request
// waits so long after the answer before. With --starts the line has "starts_us": when each request left, by number.
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
constexpr std::string_view kTenant = "%%%%";
constexpr int kStalled_ms = 60'000;

struct Options {
  int port = 0;
  long count = 0;
  long batch = 0;
  long tenants = 1;
  int connections = 64;
  int pause_ms = 0;
  bool starts = false;
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

/// Text with places for a number.
class Pattern {
 public:
  Pattern(std::string text, long tenants) : text_(std::move(text)), tenants_(tenants) {
    find(kNumber, numbers_);
    find(kTenant, tenant_places_);
  }

  std::size_t size() const { return text_.size(); }

  void append(long number, std::string& to) const {
    const auto begin = to.size();
    to += text_;
    put(numbers_, begin, "%08ld", number % 100'000'000, to);
    put(tenant_places_, begin, "%04ld", number % tenants_, to);
  }

 private:
  void find(std::string_view mark, std::vector<std::size_t>& places) const {
    for (auto at = text_.find(mark); at != text_.npos; at = text_.find(mark, at + mark.size())) places.push_back(at);
  }

  static void put(const std::vector<std::size_t>& places, std::size_t begin, const char* form, long number,
                  std::string& to) {
    if (places.empty()) return;
    char digits[24];
    const auto size = static_cast<std::size_t>(std::snprintf(digits, sizeof digits, form, number));
    for (auto place : places) std::memcpy(to.data() + begin + place, digits, size);
  }

  std::string text_;
  long tenants_;
  std::vector<std::size_t> numbers_, tenant_places_;
};

/// The n-th request as bytes: one notification, or a batch of them.
class RequestText {
 public:
  explicit RequestText(const Options& options)
      : batch_(options.batch),
        open_("{\"totalExpected\":" + std::to_string(batch_) + ",\"notifications\":["),
        head_(headOf(options), options.tenants),
        body_(options.body, options.tenants) {}

  void write(long number, std::string& to) const {
    to.clear();
    head_.append(number, to);
    if (batch_ == 0) return body_.append(number, to);
    to += open_;
    for (long i = 0; i < batch_; ++i) {
      if (i > 0) to += ',';
      body_.append(number * batch_ + i, to);
    }
    to += "]}";
  }

 private:
  std::string headOf(const Options& options) const {
    const auto items = static_cast<std::size_t>(std::max(batch_, 1L));
    const auto size = options.body.size() * items + (batch_ > 0 ? open_.size() + items - 1 + 2 : 0);
    std::string head =
        "POST " + options.path +
        " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(size) +
        "\r\n";
    for (const auto& header : options.headers) head += header + "\r\n";
    return head + "\r\n";
  }

  long batch_;
  std::string open_;
  Pattern head_, body_;
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
      : options_(std::move(options)),
        requests_(options_.batch > 0 ? options_.count / options_.batch : options_.count),
        request_(options_),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(static_cast<std::size_t>(options_.connections));
    latencies_.reserve(static_cast<std::size_t>(requests_));
    if (options_.starts) starts_.resize(static_cast<std::size_t>(requests_));
  }

  void run() {
    for (auto& connection : connections_) open(connection);
    first_ = now();
    for (auto& connection : connections_) startNext(connection);
    std::vector<epoll_event> events(connections_.size());
    while (done_ < requests_) {
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
        notifications(), bad_, seconds, static_cast<double>(notifications()) / seconds, percentile(0.5),
        percentile(0.9), percentile(0.99), percentile(1), static_cast<long long>(first_),
        static_cast<long long>(last_));
    if (options_.starts) printStarts();
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
    if (begun_ >= requests_) return;
    if (options_.pause_ms > 0 && begun_ > 0) poll(nullptr, 0, options_.pause_ms);
    const auto number = begun_++;
    request_.write(number, connection.out);
    connection.sent = 0;
    connection.started = now();
    if (options_.starts) starts_[static_cast<std::size_t>(number)] = connection.started;
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
    if (!isGood(std::string_view(connection.in).substr(0, length)) && bad_++ == 0) {
      std::fprintf(stderr, "load_generator: the first bad answer:\n%.*s\n",
                   static_cast<int>(std::min<std::size_t>(length, 1000)), connection.in.data());
    }
    connection.in.erase(0, length);
    latencies_.push_back(now() - connection.started);
    ++done_;
    startNext(connection);
  }

  bool isGood(std::string_view answer) const {
    constexpr std::size_t kStatus = sizeof "HTTP/1.1";
    if (answer.substr(kStatus, 3) != "202") return false;
    return options_.batch == 0 || answer.find("\"rejected\":[{") == answer.npos;
  }

  long notifications() const { return options_.batch > 0 ? done_ * options_.batch : done_; }

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
  const long requests_;
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
    else if (name == "--batch") options.batch = std::atol(value.c_str());
    else if (name == "--tenants") options.tenants = std::atol(value.c_str());
    else if (name == "--starts") options.starts = value == "1";
    else if (name == "--path") options.path = value;
    else if (name == "--body") options.body = contentOf(value);
    else if (name == "--header") options.headers.push_back(value);
    else fail("unknown option " + name);
  }
  if (options.port <= 0 || options.count <= 0 || options.connections <= 0 || options.body.empty())
    fail("--port, --count and --body are needed");
  if (options.batch < 0 || options.tenants < 1 || options.tenants > 10000)
    fail("--batch is at least 0, --tenants between 1 and 10000");
  if (options.batch > 0 && options.count % options.batch != 0) fail("--count is no multiple of --batch");
  if (options.pause_ms > 0) options.connections = 1;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  Generator generator(parse(argc, argv));
  generator.run();
  generator.print();
}
