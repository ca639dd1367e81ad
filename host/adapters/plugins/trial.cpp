#include "adapters/plugins/trial.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

extern char** environ;

namespace belfry::plugins {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Trial {
  pid_t pid = -1;
  int output = -1;
  std::string said;
  std::string problem;
};

Trial spawnTrial(const std::string& program, const std::string& file) {
  Trial trial;
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    trial.problem = std::string("trial load: ") + std::strerror(errno);
    return trial;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::string words[] = {program, "--trial-load", file};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  int failed = posix_spawn(&trial.pid, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  trial.output = pipe_ends[0];
  if (failed != 0) {
    trial.pid = -1;
    trial.problem = std::string("trial load: ") + std::strerror(failed);
  }
  return trial;
}

/// Reads what the child prints until it ends. False when the deadline came first.
bool readToEnd(Trial& trial, SteadyTime deadline) {
  char buffer[512];
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd watched{trial.output, POLLIN, 0};
    int ready = poll(&watched, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    auto got = read(trial.output, buffer, sizeof buffer);
    if (got == 0) return true;
    if (got < 0 && errno != EINTR) return true;
    if (got > 0 && trial.said.size() < 2000) trial.said.append(buffer, static_cast<std::size_t>(got));
  }
}

void finishTrial(Trial& trial, SteadyTime deadline) {
  if (trial.pid > 0) {
    bool ended = readToEnd(trial, deadline);
    if (!ended) kill(trial.pid, SIGKILL);
    int status = 0;
    while (waitpid(trial.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended) {
      trial.problem = "did not come back from loading within 5 s";
    } else if (WIFSIGNALED(status)) {
      trial.problem = std::string("crashes while it is loaded (") + strsignal(WTERMSIG(status)) + ")";
    } else if (WEXITSTATUS(status) != 0) {
      while (!trial.said.empty() && trial.said.back() == '\n') trial.said.pop_back();
      trial.problem = trial.said.empty() ? "ends the process while it is loaded" : trial.said;
    }
  }
  if (trial.output >= 0) close(trial.output);
}

}  // namespace

std::vector<std::string> trialLoads(const std::string& program, const std::vector<std::string>& files) {
  constexpr auto kPatience = std::chrono::seconds(5);
  std::vector<Trial> trials;
  for (const auto& file : files) trials.push_back(spawnTrial(program, file));
  auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::vector<std::string> problems;
  for (auto& trial : trials) {
    finishTrial(trial, deadline);
    problems.push_back(std::move(trial.problem));
  }
  return problems;
}

}  // namespace belfry::plugins
