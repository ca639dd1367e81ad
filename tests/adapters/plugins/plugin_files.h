// Plugin files of the build, and lock files that name them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kit/log.h"
#include "support/child_process.h"

namespace belfry::test {

std::filesystem::path buildDirectory();
/// A module of tests/adapters/plugins/modules.
std::filesystem::path module(const std::string& name);
/// A plugin of tests/bad-plugins.
std::filesystem::path badPlugin(const std::string& name);
std::filesystem::path bundledLock();
/// What stands in for belfryd in trial loads.
std::string trialProgram();

/// A plugins.lock in a directory of its own.
class LockFile {
 public:
  /// With an entry for each of these modules.
  explicit LockFile(const std::vector<std::string>& modules = {});
  /// An entry for a file as it is now: its real hash.
  LockFile& add(const std::string& id, const std::filesystem::path& file, const std::string& version = "1.0.0");
  LockFile& addModule(const std::string& name) { return add(name, module(name)); }
  /// Text as it is, at the end.
  LockFile& write(const std::string& text);
  std::filesystem::path path() const { return directory_.path() / "plugins.lock"; }
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

/// A log whose lines a test can read.
class KeptLog {
 public:
  KeptLog();
  ~KeptLog();
  KeptLog(const KeptLog&) = delete;
  KeptLog& operator=(const KeptLog&) = delete;
  const Log& log() const { return log_; }
  std::string text() const;

 private:
  const int fd_;
  const Log log_;
};

}  // namespace belfry::test
