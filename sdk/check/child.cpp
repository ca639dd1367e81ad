#include "check/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace belfry::check {
namespace {

constexpr std::size_t kOutputLimit = 4096;
constexpr int kFinished =
    113;  // exit code of a body that came to its end: a plugin calling exit(0) does not look like one

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

void openPipe(Fd& read_end, Fd& write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
}

void writeAll(int fd, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(1);  // the parent is gone
    done += static_cast<std::size_t>(n);
  }
}

std::string field(const std::string& text) {
  const auto n = static_cast<std::uint32_t>(text.size());
  return std::string(reinterpret_cast<const char*>(&n), sizeof n) + text;
}

/// Takes complete messages (kind and three fields) off the front of `bytes`.
class Messages {
 public:
  explicit Messages(Report& report) : report_(report) {}
  const std::string& stage() const { return stage_; }

  void feed(const char* p, std::size_t n) {
    bytes_.append(p, n);
    std::array<std::string, 3> fields;
    while (takeMessage(fields)) {
    }
  }

 private:
  bool takeMessage(std::array<std::string, 3>& fields) {
    if (bytes_.empty()) return false;
    const char kind = bytes_[0];
    std::size_t at = 1;
    for (auto& text : fields) {
      std::uint32_t n = 0;
      if (bytes_.size() - at < sizeof n) return false;
      std::memcpy(&n, bytes_.data() + at, sizeof n);
      at += sizeof n;
      if (bytes_.size() - at < n) return false;
      text = bytes_.substr(at, n);
      at += n;
    }
    bytes_.erase(0, at);
    keep(kind, fields);
    return true;
  }

  void keep(char kind, const std::array<std::string, 3>& f) {
    switch (kind) {
      case 's': stage_ = f[0]; break;
      case 'p': report_.pass(f[0], f[1]); break;
      case 'k': report_.skip(f[0], f[1]); break;
      case 'w': report_.warn(f[0], f[1], f[2]); break;
      default: report_.fail(f[0], f[1], f[2]); break;
    }
  }

  Report& report_;
  std::string bytes_;
  std::string stage_ = "before it was loaded";
};

[[noreturn]] void runBody(int report_fd, int output_fd, const std::function<void(ChildReport&)>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(output_fd, STDOUT_FILENO);
  dup2(output_fd, STDERR_FILENO);
  ChildReport child(report_fd);
  body(child);
  std::fflush(nullptr);
  _exit(kFinished);
}

std::string describe(int status, const std::string& stage) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = sigabbrev_np(number);
    return (name ? "SIG" + std::string(name) : "signal " + std::to_string(number)) + " (" + strsignal(number) + ") " +
           stage;
  }
  return "the process ended itself with exit code " + std::to_string(WEXITSTATUS(status)) + " " + stage;
}

/// Reads both pipes until they close. False when the deadline came first.
bool drain(int report_fd, int output_fd, std::chrono::steady_clock::time_point deadline, Messages& messages,
           std::string& output) {
  std::array<pollfd, 2> fds{{{report_fd, POLLIN, 0}, {output_fd, POLLIN, 0}}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    if (poll(fds.data(), fds.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    for (auto& p : fds) {
      if (p.fd < 0 || p.revents == 0) continue;
      char chunk[4096];
      const auto n = read(p.fd, chunk, sizeof chunk);
      if (n <= 0) p.fd = -1;
      else if (p.fd == report_fd) messages.feed(chunk, static_cast<std::size_t>(n));
      else if (output.size() < kOutputLimit)
        output.append(chunk, std::min(static_cast<std::size_t>(n), kOutputLimit - output.size()));
    }
  }
  return true;
}

int waitFor(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

void ChildReport::send(char kind, const std::string& a, const std::string& b, const std::string& c) {
  writeAll(fd_, std::string(1, kind) + field(a) + field(b) + field(c));
}
void ChildReport::stage(const std::string& text) {
  if (!here_) send('s', text);
}
void ChildReport::pass(const std::string& check, const std::string& detail) {
  if (here_) here_->pass(check, detail);
  else send('p', check, detail);
}
void ChildReport::skip(const std::string& check, const std::string& detail) {
  if (here_) here_->skip(check, detail);
  else send('k', check, detail);
}
void ChildReport::fail(const std::string& check, const std::string& detail, const std::string& mend) {
  if (here_) here_->fail(check, detail, mend);
  else send('f', check, detail, mend);
}
void ChildReport::warn(const std::string& check, const std::string& detail, const std::string& mend) {
  if (here_) here_->warn(check, detail, mend);
  else send('w', check, detail, mend);
}

ChildEnd runInChild(Report& report, std::chrono::milliseconds limit, const std::function<void(ChildReport&)>& body) {
  Fd report_read, report_write, output_read, output_write;
  openPipe(report_read, report_write);
  openPipe(output_read, output_write);
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) runBody(report_write.get(), output_write.get(), body);
  report_write.reset();
  output_write.reset();

  ChildEnd end;
  Messages messages(report);
  const bool in_time =
      drain(report_read.get(), output_read.get(), std::chrono::steady_clock::now() + limit, messages, end.output);
  if (!in_time) kill(pid, SIGKILL);
  const int status = waitFor(pid);
  if (!in_time) end.how = "no end within " + std::to_string(limit.count()) + " ms " + messages.stage();
  else if (!WIFEXITED(status) || WEXITSTATUS(status) != kFinished) end.how = describe(status, messages.stage());
  end.crashed = !end.how.empty();
  return end;
}

}  // namespace belfry::check
