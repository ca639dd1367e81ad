#include "adapters/plugins/trial.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <span>

#include "adapters/plugins/plugin_text.h"

extern char** environ;

namespace belfry::plugins {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Trial {
  pid_t pid = -1;
  int process = -1;  // pidfd: readable once the process has ended, whoever still holds its standard error
  int output = -1;
  bool late = false;
  std::string said;
  std::string problem;
};

/// Its own process group, so that what a constructor starts can be ended as well; nothing of the host's but standard
/// error.
int spawn(Trial& trial, const std::string& program, std::span<const std::string> files, int standard_error) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, standard_error, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words{program, "--trial-load"};
  words.insert(words.end(), files.begin(), files.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int failed = posix_spawn(&trial.pid, program.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

Trial startTrial(const std::string& program, std::span<const std::string> files) {
  Trial trial;
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    trial.problem = std::string("trial load: ") + std::strerror(errno);
    return trial;
  }
  int failed = spawn(trial, program, files, pipe_ends[1]);
  close(pipe_ends[1]);
  trial.output = pipe_ends[0];
  fcntl(trial.output, F_SETFL, O_NONBLOCK);
  if (failed != 0) {
    trial.pid = -1;
    trial.problem = "trial load: cannot run " + program + ": " + std::strerror(failed);
  } else {
    trial.process =
        static_cast<int>(::syscall(SYS_pidfd_open, trial.pid, 0));  // glibc 2.36 declares pidfd_open for C only
  }
  return trial;
}

/// Takes what is there without waiting, the last 2000 bytes of it. False when no more can come.
bool takeOutput(Trial& trial) {
  constexpr std::size_t kKept = 2000;
  char buffer[4096];
  for (;;) {
    auto got = read(trial.output, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    trial.said.append(buffer, static_cast<std::size_t>(got));
    if (trial.said.size() > kKept) trial.said.erase(0, trial.said.size() - kKept);
  }
}

/// Reads what the child prints until it has ended. False when the deadline came first.
bool waitForEnd(Trial& trial, SteadyTime deadline) {
  for (;;) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd watched[] = {{trial.process, POLLIN, 0}, {trial.output, POLLIN, 0}};
    int ready = poll(watched, 2, left > 0 ? static_cast<int>(left) : 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    bool open = watched[1].revents == 0 || takeOutput(trial);
    if (watched[0].revents != 0) {
      if (open) takeOutput(trial);
      return true;
    }
    if (!open && trial.process < 0) return true;  // a kernel or sandbox without pidfds: the end of output must do
    if (!open) {
      close(trial.output);
      trial.output = -1;  // poll() ignores it from here on
    }
  }
}

/// The last lines are what counts: a reason is said at the end.
std::string lastWords(const Trial& trial) {
  constexpr std::size_t kMost = 600;
  auto text = shown(trial.said, trial.said.size());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.size() <= kMost ? text : "…" + shown(text.substr(text.size() - kMost), kMost);
}

std::string verdict(const Trial& trial, int status) {
  if (WIFSIGNALED(status)) return std::string("crashes while it is loaded (") + strsignal(WTERMSIG(status)) + ")";
  auto said = lastWords(trial);
  if (WEXITSTATUS(status) == 0 && said.ends_with(kTrialPassed)) return {};
  return said.empty() || WEXITSTATUS(status) == 0 ? "ends the process while it is loaded" : said;
}

void finishTrial(Trial& trial, SteadyTime deadline) {
  if (trial.pid > 0) {
    bool ended = waitForEnd(trial, deadline);
    kill(-trial.pid, SIGKILL);  // not yet waited for, so that the number is still this group's
    int status = 0;
    while (waitpid(trial.pid, &status, 0) < 0 && errno == EINTR) {
    }
    trial.late = !ended;
    if (ended) trial.problem = verdict(trial, status);
  }
  if (trial.output >= 0) close(trial.output);
  if (trial.process >= 0) close(trial.process);
}

bool loadTogether(const std::string& program, std::span<const std::string> files, SteadyTime deadline) {
  auto trial = startTrial(program, files);
  finishTrial(trial, deadline);
  return !trial.late && trial.problem.empty();
}

}  // namespace

std::vector<std::string> trialLoads(const std::string& program, const std::vector<std::string>& files,
                                    std::chrono::milliseconds patience) {
  constexpr int kShareTogether = 4;  // of the patience: one that hangs leaves the rest for finding out which
  const auto begun = std::chrono::steady_clock::now();
  if (files.size() > 1 && loadTogether(program, files, begun + patience / kShareTogether))
    return std::vector<std::string>(files.size());
  std::vector<Trial> trials;
  for (const auto& file : files) trials.push_back(startTrial(program, {&file, 1}));
  auto deadline = begun + patience;
  std::vector<std::string> problems;
  for (auto& trial : trials) {
    finishTrial(trial, deadline);
    if (trial.late) trial.problem = "did not come back from loading within " + std::to_string(patience.count()) + " ms";
    problems.push_back(std::move(trial.problem));
  }
  return problems;
}

}  // namespace belfry::plugins
