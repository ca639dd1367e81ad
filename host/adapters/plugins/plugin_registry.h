// Every plugin of this process: found in the lock files, checked, loaded, and handed out by kind.
#pragma once

#include <belfry/auth.h>
#include <belfry/channel.h>
#include <belfry/template.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/plugins/loaded_plugin.h"
#include "kit/log.h"

namespace belfry::plugins {

struct PluginRegistrySettings {
  std::vector<std::filesystem::path>
      locks;                  ///< the bundled plugins' and the operator's; one that does not exist is skipped
  std::string trial_program;  ///< run as `program --trial-load FILE`; empty: no trial (tools that load one plugin)
};

/// Thread-safe. What it hands out stays valid and unchanged for as long as it lives: a plugin is never unloaded.
class PluginRegistry {
 public:
  /// A plugin that cannot be loaded is kept with its problem and logged; it never stops the host. On the main thread.
  PluginRegistry(const PluginRegistrySettings& settings, const Log& log);

  /// As the locks said when they were last read: in their order, of each plugin the newest version first.
  const std::vector<LoadedPlugin>& all() const { return *current_.load(std::memory_order_acquire); }
  /// "id": the newest version that is loaded, or, when none is, the newest; "id@version": that one. nullptr when no
  /// lock names it.
  const LoadedPlugin* find(const std::string& name) const;
  /// Reads the locks again, tries out and loads what is new, and forgets what they list no more (code that is loaded
  /// stays). A lock that cannot be read changes nothing. True when the list has changed. Any thread; blocks as long as
  /// trials take.
  bool rescan();
  /// What changes when a lock file is replaced or rewritten: names, times and sizes of all of them.
  std::string lockStamp() const;

  /// The interface's table, or nullptr when the plugin is not loaded or its manifest does not provide it: what a plugin
  /// offers beyond its manifest was neither declared to an operator nor checked.
  template <class Table>
  static const Table* table(const LoadedPlugin& plugin, const char* interface_id) {
    if (plugin.entry == nullptr || !plugin.manifest.providesInterface(interface_id)) return nullptr;
    return static_cast<const Table*>(plugin.entry->get(interface_id));
  }

 private:
  bool readLocks(std::vector<LockedPlugin>& out) const;
  const LoadedPlugin* known(const LockedPlugin& locked) const;

  const PluginRegistrySettings settings_;
  const Log& log_;
  std::mutex scanning_;
  std::deque<std::vector<LoadedPlugin>> lists_;  ///< every one that ever was current
  std::atomic<const std::vector<LoadedPlugin>*> current_{nullptr};
};

}  // namespace belfry::plugins
