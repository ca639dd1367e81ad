// Who a server runs as. PostgreSQL refuses to run as root, and Redis need not.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace belfry::embedded {

struct RunUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool is_self = true;  ///< nothing to switch
};

/// The user of this process.
RunUser currentUser();

/// nullopt when the system has no such user.
std::optional<RunUser> findUser(const std::string& name);
std::optional<RunUser> findUser(uid_t uid);

/// Switches the calling process for good; system calls only, so that it may stand between fork and exec. False with
/// errno set.
bool becomeUser(const RunUser& user) noexcept;

/// The first directory of the absolute path (itself included) that `user` may not enter; nullopt when all are passable.
/// Asks the kernel as that user (in a child), so ACLs and group rights count.
std::optional<std::filesystem::path> firstClosedDirectory(const std::filesystem::path& directory, const RunUser& user);

}  // namespace belfry::embedded
