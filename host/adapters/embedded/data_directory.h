// The data directory: made, checked and locked before anything is started in it.
#pragma once

#include <filesystem>
#include <string>

#include "adapters/embedded/run_user.h"
#include "kit/log.h"

namespace belfry::embedded {

/// Holds the lock (flock on DIR/belfryd.lock) while it lives; a killed host's lock is gone with it.
class DataDirectory {
 public:
  /// Makes DIR (0711) with its parents, and logs/ and etc/ in it. Throws EmbeddedError when it is not writable, too
  /// long for sockets, or in use by another host (naming its process).
  explicit DataDirectory(const std::filesystem::path& directory);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  /// Absolute, without symbolic links.
  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path logFile(const std::string& name) const { return path_ / "logs" / name; }

  /// DIR/name with mode 0700 for a server. As root it belongs to the user that owned it before, else to the first of
  /// `users` that the system has; otherwise to this process's user. Checks that this user can get there. Returns the
  /// user. `package` is what to install when the system has none of the users. Throws EmbeddedError.
  RunUser provide(const std::string& name, const std::vector<std::string>& users, const std::string& package, Log& log);

 private:
  void lock();
  void openForPassage(Log& log) const;

  std::filesystem::path path_;
  int lock_fd_ = -1;
};

}  // namespace belfry::embedded
