// What an operator has added: copies of plugins by their hash, and the lock that lists them.
//   <directory>/store/<sha256>/<id>.so     never changed once it lies there
//   the operator's plugins.lock            replaced whole, so that a host reads the old one or the new one
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/plugins/plugin_lock.h"
#include "kit/result.h"

namespace belfry::plugins {

/// A copy that is not in the lock yet.
struct StagedPlugin {
  LockedPlugin entry;
  bool known = false;  ///< the lock has exactly this one already
};

/// For one process at a time: another one waits. Errors are readable and name the path.
class PluginStore {
 public:
  PluginStore(std::filesystem::path directory, std::filesystem::path lock);

  /// Reads a plugin's file and copies it into the store. Fails when it is no plugin, or when the lock has that version
  /// with other content.
  Result<StagedPlugin, std::string> stage(const std::filesystem::path& file) const;
  /// Lists a staged copy in the lock. Empty, or what went wrong.
  std::string add(const StagedPlugin& staged) const;
  /// Takes back a copy that is not wanted after all; what the lock lists stays.
  void drop(const StagedPlugin& staged) const;
  /// Takes "id@version" or, where there is one version only, "id" out of the lock, and its copy out of the store. Code
  /// that a running host has loaded stays loaded.
  Result<LockedPlugin, std::string> remove(const std::string& name) const;
  /// What the lock lists; empty when there is none.
  Result<std::vector<LockedPlugin>, std::string> list() const;

 private:
  std::string write(std::vector<LockedPlugin> plugins) const;

  const std::filesystem::path directory_;
  const std::filesystem::path lock_;
};

}  // namespace belfry::plugins
