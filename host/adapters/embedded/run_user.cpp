#include "adapters/embedded/run_user.h"

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace belfry::embedded {
namespace {

constexpr std::size_t kEntryBytes = 16 * 1024;

std::vector<gid_t> groupsOf(const passwd& entry) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

RunUser fromEntry(const passwd& entry) {
  return {entry.pw_name, entry.pw_uid, entry.pw_gid, groupsOf(entry), entry.pw_uid == ::geteuid()};
}

std::vector<std::filesystem::path> withParents(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> all;
  std::filesystem::path so_far;
  for (const auto& part : directory) all.push_back(so_far /= part);
  return all;
}

}  // namespace

RunUser currentUser() {
  if (auto user = findUser(::geteuid())) return *user;
  return {"uid " + std::to_string(::geteuid()), ::geteuid(), ::getegid(), {}, true};
}

std::optional<RunUser> findUser(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> text(kEntryBytes);
  ::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  if (!found) return std::nullopt;
  return fromEntry(entry);
}

std::optional<RunUser> findUser(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> text(kEntryBytes);
  ::getpwuid_r(uid, &entry, text.data(), text.size(), &found);
  if (!found) return std::nullopt;
  return fromEntry(entry);
}

bool becomeUser(const RunUser& user) noexcept {
  if (user.is_self) return true;
  return ::setgroups(user.groups.size(), user.groups.data()) == 0 && ::setresgid(user.gid, user.gid, user.gid) == 0 &&
         ::setresuid(user.uid, user.uid, user.uid) == 0;
}

std::optional<std::filesystem::path> firstClosedDirectory(const std::filesystem::path& directory, const RunUser& user) {
  const auto all = withParents(directory);
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    // Only system calls here: other threads may hold locks. The exit code is the number of passable directories.
    if (!becomeUser(user)) ::_exit(0);
    std::size_t passable = 0;
    while (passable < all.size() && ::access(all[passable].c_str(), X_OK) == 0) ++passable;
    ::_exit(static_cast<int>(passable));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const auto passable = static_cast<std::size_t>(WEXITSTATUS(status));
  if (passable >= all.size()) return std::nullopt;
  return all[passable];
}

}  // namespace belfry::embedded
