#include "adapters/embedded/stray_processes.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>

namespace belfry::embedded {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kLook{5};
constexpr milliseconds kGoneAfterKill{10'000};

bool standsIn(const fs::path& directory, const std::string& program, const std::string& pid) {
  std::error_code unreadable;  // not ours, or gone meanwhile
  if (fs::read_symlink("/proc/" + pid + "/cwd", unreadable) != directory) return false;
  std::ifstream in("/proc/" + pid + "/comm");
  std::string name;
  std::getline(in, name);
  return name == program;
}

void signalAll(const std::vector<pid_t>& pids, int number) {
  for (const pid_t pid : pids) ::kill(pid, number);
}

bool waitUntilNone(const fs::path& directory, const std::string& program, milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!processesIn(directory, program).empty()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    ::poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
  return true;
}

}  // namespace

std::vector<pid_t> processesIn(const fs::path& directory, const std::string& program) {
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> all(::opendir("/proc"), ::closedir);
  while (const dirent* entry = all ? ::readdir(all.get()) : nullptr) {
    const std::string pid = entry->d_name;
    if (pid[0] >= '1' && pid[0] <= '9' && standsIn(directory, program, pid)) found.push_back(std::atoi(pid.c_str()));
  }
  return found;
}

std::size_t endProcessesIn(const fs::path& directory, const std::string& program, pid_t leader, int first,
                           milliseconds limit) {
  const auto strays = processesIn(directory, program);
  if (strays.empty()) return 0;
  const bool led = std::find(strays.begin(), strays.end(), leader) != strays.end();
  signalAll(led ? std::vector<pid_t>{leader} : strays, first);
  if (waitUntilNone(directory, program, limit)) return strays.size();
  signalAll(processesIn(directory, program), SIGKILL);
  waitUntilNone(directory, program, kGoneAfterKill);
  return strays.size();
}

}  // namespace belfry::embedded
