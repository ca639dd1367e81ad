// Providers for the storm: an SMTP server and an HTTP server (Twilio's Message resource, and a receiver of Standard
// Webhooks) in one thread on epoll, which misbehave as told. Every message that they take for good, whether or not the
// client hears of it, is a copy: a line in the record.
//
//   unruly_provider --record FILE [--seed 1] [--delay-ms 0]
//
// It prints {"smtp":N,"http":N} and ends when its standard input does. Answers to messages come after the delay.
//
// The record's lines are "KIND NUMBER ID": kind smtp, sms or webhook; the number between "bell" and "bell" in the text;
// Message-ID, or webhook-id, or "-".
//
// Each line on standard input is a command and gets one JSON line, the counters:
//   behave MODE PERCENT   from now on so many messages in a hundred meet with MODE:
//       well           nothing
//       refuse         nobody listens, open connections are reset (all of them, whatever the percentage)
//       stall-before   nothing is read or said once a message is about to come, until the mode changes; then it is
//       taken stall-after    the message is taken, the answer comes when the mode changes cut            the message is
//       taken, and the connection closed in the middle of the answer throttle       not taken: 429 with Retry-After: 1;
//       at SMTP 451 4.7.0 fail           not taken: 500 or 503; at SMTP 451 4.3.0
//   mark                  forgets when the last first copy came
//   stats
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
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kLongest = 1 << 20;
constexpr std::string_view kMark = "bell";
constexpr std::size_t kDigits = 8;

enum class Mode { well, refuse, stall_before, stall_after, cut, throttle, fail };

constexpr std::pair<std::string_view, Mode> kModes[] = {
    {"well", Mode::well}, {"refuse", Mode::refuse},     {"stall-before", Mode::stall_before},
    {"cut", Mode::cut},   {"throttle", Mode::throttle}, {"stall-after", Mode::stall_after},
    {"fail", Mode::fail},
};

std::int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000LL + t.tv_nsec / 1000;
}

bool startsWith(std::string_view line, std::string_view verb) {
  return line.size() >= verb.size() && strncasecmp(line.data(), verb.data(), verb.size()) == 0;
}

/// The value of a header field in lines that end with CRLF; "" when it is not there.
std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = 0; at < head.size();) {
    const auto end = std::min(head.find("\r\n", at), head.size());
    const auto line = head.substr(at, end - at);
    if (startsWith(line, name)) {
      auto value = line.substr(name.size());
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      return value;
    }
    at = end + 2;
  }
  return {};
}

/// The eight digits between two marks; "" when there are none.
std::string_view numberIn(std::string_view text) {
  for (auto at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) {
    const auto number = text.substr(at + kMark.size(), kDigits);
    const auto digits = std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits && text.substr(at + kMark.size() + number.size(), kMark.size()) == kMark) return number;
  }
  return {};
}

/// Decides how each message is met, keeps the record, counts.
class Ward {
 public:
  Ward(const char* record, unsigned seed) : record_(std::fopen(record, "a")), random_(seed) {
    if (!record_) std::fprintf(stderr, "unruly_provider: %s: %s\n", record, std::strerror(errno)), std::exit(1);
  }
  ~Ward() { std::fclose(record_); }
  Ward(const Ward&) = delete;
  Ward& operator=(const Ward&) = delete;

  void behave(Mode mode, int percent) { mode_ = mode, percent_ = percent; }
  void mark() { first_us_ = 0; }
  Mode mode() const { return mode_; }

  Mode meet() {
    if (mode_ == Mode::well || static_cast<int>(random_() % 100) >= percent_) return Mode::well;
    ++met_;
    return mode_;
  }

  bool tossed() { return random_() % 2 == 0; }

  void keep(const char* kind, std::string_view text, std::string_view id) {
    const auto number = numberIn(text);
    if (number.empty() || id.empty()) return wrong();
    std::fprintf(record_, "%s %.*s %.*s\n", kind, static_cast<int>(number.size()), number.data(),
                 static_cast<int>(id.size()), id.data());
    ++copies_;
    last_us_ = now();
    if (first_us_ == 0) first_us_ = last_us_;
  }

  void wrong() { ++wrong_; }

  void print() const {
    std::fflush(record_);
    std::printf("{\"copies\":%ld,\"met\":%ld,\"wrong\":%ld,\"first_us\":%lld,\"last_us\":%lld,\"now_us\":%lld}\n",
                copies_, met_, wrong_, static_cast<long long>(first_us_), static_cast<long long>(last_us_),
                static_cast<long long>(now()));
  }

 private:
  std::FILE* record_;
  std::mt19937 random_;
  Mode mode_ = Mode::well;
  int percent_ = 0;
  long copies_ = 0, met_ = 0, wrong_ = 0;
  std::int64_t first_us_ = 0, last_us_ = 0;
};

/// One client's connection: bytes in, bytes out.
class Dialogue {
 public:
  explicit Dialogue(Ward& ward) : ward_(ward) {}
  virtual ~Dialogue() = default;

  /// Handles what it can of `in`.
  void advance() {
    while (!stalled() && !closing && step()) {
    }
  }
  /// The misbehaviour is over.
  void relent() {
    relenting_ = waits_;
    waits_ = false;
    out += std::exchange(late_, {});
    advance();
  }
  /// The delay of an answer is over.
  void speak() {
    out += std::exchange(soon_, {});
    advance();
  }
  bool misbehaves() const { return waits_ || !late_.empty(); }
  bool aboutToSpeak() const { return !soon_.empty(); }
  bool stalled() const { return misbehaves() || aboutToSpeak(); }

  std::string in, out;
  bool closing = false;

 protected:
  /// False when it needs more bytes.
  virtual bool step() = 0;

  /// Stalls before a message is read; true when it does. What was stalled once goes on when that is over.
  bool stallsBefore() {
    if (std::exchange(relenting_, false)) return false;
    met_ = ward_.meet();
    waits_ = met_ == Mode::stall_before;
    return waits_;
  }
  /// How the message that is being read is met.
  Mode met() { return std::exchange(met_, Mode::well); }
  void answerLate(std::string text) { late_ = std::move(text); }
  void answerSoon(std::string text) { soon_ = std::move(text); }
  void answerHalf(const std::string& text) {
    out += text.substr(0, text.size() / 2);
    closing = true;
  }

  Ward& ward_;

 private:
  Mode met_ = Mode::well;
  bool waits_ = false;
  bool relenting_ = false;
  std::string late_;  // an answer that is held back until the misbehaviour is over
  std::string soon_;  // an answer that is delayed
};

class SmtpDialogue final : public Dialogue {
 public:
  explicit SmtpDialogue(Ward& ward) : Dialogue(ward) { out = "220 unruly.test ESMTP\r\n"; }

 private:
  enum class State { fresh, greeted, mail, rcpt, data };

  bool step() override { return state_ == State::data ? takeContent() : takeLine(); }

  bool takeLine() {
    const auto end = in.find("\r\n");
    if (end == in.npos) {
      closing = in.size() > kLongest;
      return false;
    }
    if (startsWith(in, "DATA\r\n") && state_ == State::rcpt && stallsBefore()) return false;
    command(std::string_view(in).substr(0, end));
    in.erase(0, end + 2);
    return true;
  }

  void command(std::string_view line) {
    if (startsWith(line, "EHLO ")) return greet();
    if (startsWith(line, "MAIL FROM:<")) return go(State::greeted, State::mail, "250 2.1.0 sender ok\r\n");
    if (startsWith(line, "RCPT TO:<")) return go(State::mail, State::rcpt, "250 2.1.5 recipient ok\r\n");
    if (startsWith(line, "DATA")) return go(State::rcpt, State::data, "354 go ahead\r\n");
    if (startsWith(line, "RSET") || startsWith(line, "NOOP")) return go(state_, State::greeted, "250 2.0.0 ok\r\n");
    if (startsWith(line, "QUIT")) return go(state_, state_, "221 2.0.0 bye\r\n"), void(closing = true);
    ward_.wrong();
    out += "500 5.5.1 unknown command\r\n";
  }

  void greet() {
    state_ = State::greeted;
    out += "250-unruly.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 33554432\r\n";
  }

  void go(State from, State to, const char* text) {
    if (state_ != from) {
      ward_.wrong();
      out += "503 5.5.1 bad sequence of commands\r\n";
      return;
    }
    state_ = to;
    out += text;
  }

  bool takeContent() {
    const auto end = in.find("\r\n.\r\n");
    if (end == in.npos) {
      closing = in.size() > kLongest;
      return false;
    }
    const std::string content = in.substr(0, end + 2);
    in.erase(0, end + 5);
    state_ = State::greeted;
    answer(content);
    return true;
  }

  void answer(const std::string& content) {
    const std::string kept = "250 2.0.0 kept\r\n";
    const auto how = met();
    if (how == Mode::throttle) return void(out += "451 4.7.0 too many messages, later please\r\n");
    if (how == Mode::fail) return void(out += "451 4.3.0 something is broken here\r\n");
    ward_.keep("smtp", content, field(content, "Message-ID:"));
    if (how == Mode::cut) return answerHalf("250");
    if (how == Mode::stall_after) return answerLate(kept);
    answerSoon(kept);
  }

  State state_ = State::fresh;
};

class HttpDialogue final : public Dialogue {
 public:
  using Dialogue::Dialogue;

 private:
  bool step() override {
    const auto end = in.find("\r\n\r\n");
    if (end == in.npos) {
      closing = in.size() > kLongest;
      return false;
    }
    const std::string head = in.substr(0, end + 2);
    const auto length = std::strtoul(std::string(field(head, "Content-Length:")).c_str(), nullptr, 10);
    if (!begun_ && stallsBefore()) return false;
    begun_ = true;
    if (in.size() < end + 4 + length) return false;
    const std::string body = in.substr(end + 4, length);
    in.erase(0, end + 4 + length);
    begun_ = false;
    answer(head, body);
    return true;
  }

  void answer(const std::string& head, const std::string& body) {
    const auto how = met();
    if (how == Mode::throttle)
      return reply("429 Too Many Requests", R"({"code":20429,"message":"too many"})", "Retry-After: 1\r\n");
    if (how == Mode::fail)
      return ward_.tossed() ? reply("500 Internal Server Error", "{}") : reply("503 Service Unavailable", "{}");
    const bool sms = head.find("/Messages.json ") != head.npos;
    ward_.keep(sms ? "sms" : "webhook", body, sms ? "-" : field(head, "webhook-id:"));
    const auto text =
        sms ? built("201 Created", R"({"sid":")" + newSid() + R"(","status":"queued"})") : built("200 OK", "{}");
    if (how == Mode::cut) return answerHalf(text);
    if (how == Mode::stall_after) return answerLate(text);
    answerSoon(text);
  }

  void reply(const char* status, const std::string& body, const char* more = "") { out += built(status, body, more); }

  static std::string built(const char* status, const std::string& body, const char* more = "") {
    return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: application/json\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  static std::string newSid() {
    static unsigned long number = 0;
    char sid[35];
    std::snprintf(sid, sizeof sid, "SM%032lx", ++number);
    return sid;
  }

  bool begun_ = false;  // its message is being read
};

class Server {
 public:
  Server(Ward& ward, long delay_ms) : ward_(ward), delay_us_(delay_ms * 1000), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    listen();
    watch(STDIN_FILENO);
    std::printf("{\"smtp\":%d,\"http\":%d}\n", smtp_.port, http_.port);
    std::fflush(stdout);
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
  struct Listener {
    int fd = -1;
    int port = 0;
  };
  struct Client {
    std::unique_ptr<Dialogue> dialogue;
    std::uint64_t number = 0;  // told apart from a later client with the same descriptor
    bool awaited = false;      // its answer is in due_
  };
  struct Due {
    std::int64_t at;
    int fd;
    std::uint64_t number;
  };

  void listen() {
    open(smtp_);
    open(http_);
  }

  void open(Listener& listener) const {
    listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(listener.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* where = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener.fd, where, size) != 0 || ::listen(listener.fd, 1024) != 0 ||
        getsockname(listener.fd, where, &size) != 0) {
      std::fprintf(stderr, "unruly_provider: port %d: %s\n", listener.port, std::strerror(errno));
      std::exit(1);
    }
    listener.port = ntohs(address.sin_port);
    watch(listener.fd);
  }

  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void onReady(int fd) {
    if (fd == smtp_.fd || fd == http_.fd) return acceptAll(fd);
    if (fd == STDIN_FILENO) return readCommands();
    if (const auto found = clients_.find(fd); found != clients_.end()) readFrom(fd, found->second);
  }

  void acceptAll(int listener) {
    for (;;) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto& client = clients_[fd];
      client.number = ++next_number_;
      if (listener == smtp_.fd) client.dialogue = std::make_unique<SmtpDialogue>(ward_);
      else client.dialogue = std::make_unique<HttpDialogue>(ward_);
      watch(fd);
      flush(fd, client);
    }
  }

  /// What comes while a dialogue stalls is kept: its client may be gone when it goes on.
  void readFrom(int fd, Client& client) {
    char bytes[65536];
    const ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size > 0) {
      client.dialogue->in.append(bytes, static_cast<std::size_t>(size));
      client.dialogue->advance();
      return flush(fd, client);
    }
    if (!client.dialogue->stalled() || size < 0) return drop(fd);
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);  // no more will come, and what came will be taken
  }

  /// Answers are short; one that does not fit into the socket's buffer comes from a client that does not read.
  void flush(int fd, Client& client) {
    if (client.dialogue->aboutToSpeak() && !std::exchange(client.awaited, true))
      due_.push_back({now() + delay_us_, fd, client.number});
    auto& out = client.dialogue->out;
    if (!out.empty() && send(fd, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()))
      return drop(fd);
    out.clear();
    if (client.dialogue->closing) drop(fd);
  }

  void drop(int fd) {
    clients_.erase(fd);
    close(fd);
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
  }

  void obey(const std::string& command) {
    char mode[32] = "";
    int percent = 0;
    if (std::sscanf(command.c_str(), "behave %31s %d", mode, &percent) == 2) behave(mode, percent);
    if (command == "mark") ward_.mark();
    ward_.print();
    std::fflush(stdout);
  }

  void behave(std::string_view name, int percent) {
    const bool refused = ward_.mode() == Mode::refuse;
    for (const auto& [text, mode] : kModes) {
      if (text == name) ward_.behave(mode, percent);
    }
    if (ward_.mode() == Mode::refuse && !refused) return refuse();
    if (ward_.mode() != Mode::refuse && refused) listen();
    if (ward_.mode() == Mode::well) relent();
  }

  void refuse() {
    for (auto* listener : {&smtp_, &http_}) {
      close(listener->fd);
      listener->fd = -1;
    }
    const linger at_once{1, 0};  // a reset instead of an orderly end
    for (const auto& [fd, client] : clients_) {
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close(fd);
    }
    clients_.clear();
  }

  void relent() {
    std::vector<int> stalled;
    for (const auto& [fd, client] : clients_) {
      if (client.dialogue->misbehaves()) stalled.push_back(fd);
    }
    for (const int fd : stalled) {
      clients_[fd].dialogue->relent();
      goOn(fd);
    }
  }

  /// What it has to say is said, and it is listened to again, if that had ended.
  void goOn(int fd) {
    flush(fd, clients_[fd]);
    if (clients_.count(fd)) watch(fd);  // EEXIST: it was never taken off
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
      if (found == clients_.end() || found->second.number != due.number) continue;
      found->second.awaited = false;
      found->second.dialogue->speak();
      goOn(due.fd);
    }
  }

  Ward& ward_;
  const std::int64_t delay_us_;
  const int epoll_;
  Listener smtp_, http_;
  std::unordered_map<int, Client> clients_;
  std::deque<Due> due_;  // in order, since every delay is the same
  std::uint64_t next_number_ = 0;
  std::string commands_;
  bool ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  const char* record = nullptr;
  unsigned seed = 1;
  long delay_ms = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--record") == 0) record = argv[i + 1];
    if (std::strcmp(argv[i], "--seed") == 0) seed = static_cast<unsigned>(std::strtoul(argv[i + 1], nullptr, 10));
    if (std::strcmp(argv[i], "--delay-ms") == 0) delay_ms = std::atol(argv[i + 1]);
  }
  if (!record || argc % 2 == 0)
    return std::fprintf(stderr, "unruly_provider: --record FILE is missing, or an option's value\n"), 2;
  Ward ward(record, seed);
  Server(ward, delay_ms).run();
}
