#include "support/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "support/wait_until.h"

extern char** environ;

namespace belfry::test {
namespace {

std::vector<std::string> environmentOf(const ChildOptions& options) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    merged[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& name : options.unset_env) merged.erase(name);
  for (const auto& [name, value] : options.env) merged[name] = value;
  std::vector<std::string> out;
  for (const auto& [name, value] : merged) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), file.string());
  }
  ~OutputFile() { ::close(fd_); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

const passwd* userNamed(const std::string& name) {
  if (name.empty()) return nullptr;
  const passwd* user = ::getpwnam(name.c_str());
  if (!user) throw std::runtime_error("no user named " + name);
  return user;
}

struct ChildSetup {
  int out_fd;
  int err_fd;
  const passwd* user;
  const char* working_dir;
  pid_t parent;
};

bool becomeUser(const passwd* user) {
  return !user || (::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0);
}

// Between fork and exec: system calls only. The error number goes to the parent through `report`.
[[noreturn]] void becomeProgram(const ChildSetup& setup, char** args, char** env, int report) {
  const int null = ::open("/dev/null", O_RDONLY);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool ready = ::dup2(null, 0) == 0 && ::dup2(setup.out_fd, 1) == 1 && ::dup2(setup.err_fd, 2) == 2 &&
                     (!*setup.working_dir || ::chdir(setup.working_dir) == 0) && becomeUser(setup.user) &&
                     ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == setup.parent;
  if (ready) ::execvpe(args[0], args, env);
  const int error = errno;
  [[maybe_unused]] const ssize_t ignored = ::write(report, &error, sizeof error);
  ::_exit(127);
}

pid_t startProgram(const ChildSetup& setup, ChildOptions& options) {
  auto env_texts = environmentOf(options);
  auto env = pointersTo(env_texts);
  auto args = pointersTo(options.args);
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  const pid_t pid = ::fork();
  if (pid == 0) becomeProgram(setup, args.data(), env.data(), report[1]);
  ::close(report[1]);
  int error = 0;
  const bool failed = ::read(report[0], &error, sizeof error) == sizeof error;
  ::close(report[0]);
  if (pid > 0 && failed) ::waitpid(pid, nullptr, 0);
  if (pid < 0 || failed) throw std::runtime_error("cannot start " + options.args[0] + ": " + std::strerror(error));
  return pid;
}

std::filesystem::path freshDirectory() {
  std::string name = "/tmp/belfry-test.XXXXXX";
  if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  ::chmod(name.c_str(), 0711);  // servers under test drop to another user and must get through
  return name;
}

std::optional<std::string> lineWith(const std::string& output, const std::string& text) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.find(text) != std::string::npos) return line;
  return std::nullopt;
}

}  // namespace

ChildProcess::ChildProcess(ChildOptions options)
    : own_output_dir_(options.output_dir.empty() ? std::make_unique<TemporaryDirectory>() : nullptr),
      output_dir_(own_output_dir_ ? own_output_dir_->path() : options.output_dir) {
  const passwd* user = userNamed(options.user);
  const OutputFile out(output_dir_ / "stdout");
  const OutputFile err(output_dir_ / "stderr");
  pid_ = startProgram({out.fd(), err.fd(), user, options.working_dir.c_str(), ::getpid()}, options);
}

ChildProcess::~ChildProcess() { kill(); }

bool ChildProcess::running() {
  if (exit_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  if (WIFEXITED(status)) exit_ = ExitStatus{WEXITSTATUS(status), 0};
  else exit_ = ExitStatus{-1, WTERMSIG(status)};
  return false;
}

void ChildProcess::signal(int number) const {
  if (!exit_) ::kill(pid_, number);
}

void ChildProcess::kill() {
  if (!running()) return;
  signal(SIGKILL);
  waitForExit(std::chrono::seconds(30));
}

std::optional<ExitStatus> ChildProcess::waitForExit(std::chrono::milliseconds limit) {
  if (!waitUntil(limit, [&] { return !running(); })) return std::nullopt;
  return exit_;
}

bool ChildProcess::waitForOutput(const std::string& text, std::chrono::milliseconds limit) {
  bool ended = false;
  const auto written = [&] { return output().find(text) != std::string::npos; };
  const bool settled = waitUntil(limit, [&] {
    ended = !running();  // asked before the look, so that its last words are seen
    return written() || ended;
  });
  return settled && written();
}

std::optional<std::string> ChildProcess::waitForLine(const std::string& text, std::chrono::milliseconds limit) {
  std::optional<std::string> line;
  const auto complete = [&] {
    const std::string all = standardOutput();
    line = lineWith(all.substr(0, all.rfind('\n') + 1), text);
    return line.has_value();
  };
  // The child may end between two looks, so its end is asked for before the last one.
  const bool settled = waitUntil(limit, [&] {
    const bool ended = !running();
    return complete() || ended;
  });
  return settled ? line : std::nullopt;
}

std::string ChildProcess::standardOutput() const { return readFile(output_dir_ / "stdout"); }

std::string ChildProcess::standardError() const { return readFile(output_dir_ / "stderr"); }

std::string ChildProcess::output() const { return standardOutput() + standardError(); }

std::uint16_t freePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  const int error = errno;
  ::close(fd);
  if (!bound) throw std::system_error(error, std::generic_category(), "bind 127.0.0.1:0");
  return ntohs(address.sin_port);
}

TemporaryDirectory::TemporaryDirectory() : path_(freshDirectory()) {}

TemporaryDirectory::~TemporaryDirectory() {
  // A server that is just ending may still write into it.
  const bool removed = waitUntil(std::chrono::seconds(10), [&] {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
    return !failed;
  });
  if (!removed) std::fprintf(stderr, "%s could not be removed\n", path_.c_str());
}

std::string readFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace belfry::test
