// Every plugin of this process: found in the lock files, checked, loaded, and handed out by kind.
#pragma once

#include <belfry/auth.h>
#include <belfry/channel.h>
#include <belfry/template.h>

#include <filesystem>
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

/// Built once at start-up, on the main thread; immutable and thread-safe afterwards.
class PluginRegistry {
 public:
  /// A plugin that cannot be loaded is kept with its problem and logged; it never stops the host.
  PluginRegistry(const PluginRegistrySettings& settings, const Log& log);

  const std::vector<LoadedPlugin>& all() const { return plugins_; }
  /// Loaded or not; nullptr when no lock names it.
  const LoadedPlugin* find(const std::string& id) const;
  /// The interface's table, or nullptr when the plugin is not loaded or its manifest does not provide it: what a plugin
  /// offers beyond its manifest was neither declared to an operator nor checked.
  template <class Table>
  static const Table* table(const LoadedPlugin& plugin, const char* interface_id) {
    if (plugin.entry == nullptr || !plugin.manifest.providesInterface(interface_id)) return nullptr;
    return static_cast<const Table*>(plugin.entry->get(interface_id));
  }

 private:
  std::vector<LoadedPlugin> plugins_;
};

}  // namespace belfry::plugins
