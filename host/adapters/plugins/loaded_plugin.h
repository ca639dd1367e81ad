// One plugin in this process, or the reason why it is not. Once loaded it is never unloaded: code that may still be on
// some thread's stack cannot be unmapped safely.
#pragma once

#include <belfry/plugin.h>

#include <string>
#include <vector>

#include "adapters/plugins/plugin_lock.h"
#include "check/manifest.h"
#include "ports/channels.h"

namespace belfry::plugins {

struct LoadedPlugin {
  PluginInfo info;
  check::Manifest manifest;
  const bf_plugin* entry = nullptr;  ///< null when info.problem says why; static
};

/// Reads hash and manifest without running any of the plugin's code: the bytes are those that the lock allows, the
/// manifest is that of the locked id and version, and asks nothing that this host lacks. On failure info.problem is
/// set.
LoadedPlugin inspect(const LockedPlugin& locked);

/// Loads what inspect found good: RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE, then checks the entry against the manifest.
/// Called on the main thread.
void load(LoadedPlugin& plugin);

/// Loads the files and asks each for its tables, for a throwaway process: returns the exit code, and prints
/// kTrialPassed or the first one's reason on standard error.
int trialLoad(const std::vector<std::string>& files);

}  // namespace belfry::plugins
