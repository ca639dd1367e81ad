// plugins.lock: which files may be loaded, by SHA-256. The build writes the bundled plugins'; an operator's lock adds
// to it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kit/result.h"

namespace belfry::plugins {

struct LockedPlugin {
  std::string id;
  std::string version;
  std::filesystem::path file;  ///< absolute
  std::string sha256;          ///< lower-case hex
  bool in_process = true;      ///< what this host can do; a lock that says otherwise is kept from loading
};

/// Reads a lock file; relative paths are relative to it. The error names file, line and what is wrong: an unknown key,
/// an id that stands twice with one version, no list, a hash that is none.
Result<std::vector<LockedPlugin>, std::string> readLock(const std::filesystem::path& path);

}  // namespace belfry::plugins
