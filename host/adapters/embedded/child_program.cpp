#include "adapters/embedded/child_program.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "adapters/embedded/embedded_error.h"

namespace belfry::embedded {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kStepWithoutPidFd{50};
constexpr milliseconds kAfterHarderSignal{5000};

void resetSignals() noexcept {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool redirectOutput(int fd) noexcept {
  const int null = ::open("/dev/null", O_RDONLY);
  return ::dup2(null, 0) == 0 && ::dup2(fd, 1) == 1 && ::dup2(fd, 2) == 2;
}

// Between fork and exec: system calls only. On failure errno goes to the parent through `report`.
[[noreturn]] void becomeProgram(const ProgramSpec& spec, char** args, pid_t parent, int report) noexcept {
  resetSignals();
  ::setsid();
  ::umask(077);
  char path[] = "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  char lang[] = "LANG=C.UTF-8";
  char* env[] = {path, lang, nullptr};
  // The death signal comes after the change of user, which would clear it; the parent may have died before it was set.
  const bool ready = redirectOutput(spec.output_fd) && ::chdir("/") == 0 && becomeUser(spec.user) &&
                     ::prctl(PR_SET_PDEATHSIG, spec.parent_death_signal) == 0;
  if (ready && ::getppid() != parent) ::_exit(127);
  ::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
  if (ready) ::execve(spec.program.c_str(), args, env);
  const int error = errno;
  [[maybe_unused]] const auto ignored = ::write(report, &error, sizeof error);
  ::_exit(127);
}

pid_t startProgram(const ProgramSpec& spec) {
  std::vector<std::string> texts{spec.program.string()};
  texts.insert(texts.end(), spec.args.begin(), spec.args.end());
  std::vector<char*> args;
  for (auto& text : texts) args.push_back(text.data());
  args.push_back(nullptr);
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) throw EmbeddedError(std::string("pipe: ") + std::strerror(errno));
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  int error = errno;
  if (pid == 0) becomeProgram(spec, args.data(), parent, report[1]);
  ::close(report[1]);
  const bool failed = pid < 0 || ::read(report[0], &error, sizeof error) == sizeof error;
  ::close(report[0]);
  if (!failed) return pid;
  if (pid > 0) ::waitpid(pid, nullptr, 0);
  throw EmbeddedError("cannot run " + spec.program.string() + " as user " + spec.user.name + ": " +
                      std::strerror(error));
}

}  // namespace

ChildProgram::ChildProgram(const ProgramSpec& spec)
    : pid_(startProgram(spec)), pid_fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))) {}

ChildProgram::~ChildProgram() {
  if (!ended()) end({}, milliseconds(0));
  if (pid_fd_ >= 0) ::close(pid_fd_);
}

bool ChildProgram::ended() {
  // ECHILD: someone else collected it (SIGCHLD ignored); it is gone all the same.
  if (!ended_) ended_ = ::waitpid(pid_, &status_, WNOHANG) != 0;
  return ended_;
}

bool ChildProgram::succeeded() const noexcept { return ended_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

std::string ChildProgram::howItEnded() const {
  if (WIFSIGNALED(status_)) return "signal " + std::to_string(WTERMSIG(status_));
  return "exit code " + std::to_string(WEXITSTATUS(status_));
}

void ChildProgram::signal(int number) noexcept {
  if (!ended_) ::kill(pid_, number);
}

bool ChildProgram::waitForEnd(milliseconds limit) {
  static const StopEvent kNever;
  return waitForEnd(limit, kNever) == Waited::ended;
}

Waited ChildProgram::waitForEnd(milliseconds limit, const StopEvent& stop) {
  const auto deadline = Clock::now() + limit;
  for (;;) {
    if (ended()) return Waited::ended;
    if (stop.isSet()) return Waited::stopRequested;
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds(0)) return Waited::timedOut;
    const auto step = pid_fd_ >= 0 ? left : std::min(left, kStepWithoutPidFd);
    pollfd events[] = {{stop.fd(), POLLIN, 0}, {pid_fd_, POLLIN, 0}};  // poll() passes over a descriptor of -1
    ::poll(events, 2, static_cast<int>(std::min<milliseconds::rep>(step.count(), 60'000)));
  }
}

void ChildProgram::end(const std::vector<int>& signals, milliseconds limit) {
  for (const int number : signals) {
    signal(number);
    if (waitForEnd(limit)) return;
    limit = kAfterHarderSignal;
  }
  signal(SIGKILL);
  while (!waitForEnd(kAfterHarderSignal)) {
  }
}

}  // namespace belfry::embedded
