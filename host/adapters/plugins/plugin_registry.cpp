#include "adapters/plugins/plugin_registry.h"

#include <algorithm>

#include "adapters/plugins/trial.h"

namespace belfry::plugins {
namespace {

std::vector<LoadedPlugin> inspectAll(const std::vector<std::filesystem::path>& locks, const Log& log) {
  std::vector<LoadedPlugin> plugins;
  for (const auto& path : locks) {
    std::error_code unreadable;  // then readLock says why
    if (path.empty() || (!std::filesystem::exists(path, unreadable) && !unreadable)) continue;
    auto locked = readLock(path);
    if (!locked) {
      log.error("plugins.lock cannot be read", {{"problem", locked.error()}});
      continue;
    }
    for (const auto& entry : *locked) {
      auto same =
          std::find_if(plugins.begin(), plugins.end(), [&](const auto& known) { return known.info.id == entry.id; });
      // A later lock (the operator's) replaces what an earlier one (the build's) says.
      if (same == plugins.end()) {
        plugins.push_back(inspect(entry));
      } else {
        *same = inspect(entry);
      }
    }
  }
  return plugins;
}

void tryOut(std::vector<LoadedPlugin>& plugins, const std::string& program) {
  std::vector<std::size_t> good;
  std::vector<std::string> files;
  for (std::size_t i = 0; i < plugins.size(); ++i) {
    if (!plugins[i].info.problem.empty()) continue;
    good.push_back(i);
    files.push_back(plugins[i].info.file);
  }
  auto problems = trialLoads(program, files);
  for (std::size_t k = 0; k < good.size(); ++k) plugins[good[k]].info.problem = problems[k];
}

}  // namespace

PluginRegistry::PluginRegistry(const PluginRegistrySettings& settings, const Log& log)
    : plugins_(inspectAll(settings.locks, log)) {
  if (!settings.trial_program.empty()) tryOut(plugins_, settings.trial_program);
  for (auto& plugin : plugins_) {
    if (plugin.info.problem.empty()) load(plugin);
    if (plugin.info.loaded) {
      log.info("plugin loaded", {{"plugin", plugin.info.id}, {"version", plugin.info.version}});
    } else {
      log.error("plugin not loaded", {{"plugin", plugin.info.id}, {"problem", plugin.info.problem}});
    }
  }
}

const LoadedPlugin* PluginRegistry::find(const std::string& id) const {
  auto found = std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& plugin) { return plugin.info.id == id; });
  return found == plugins_.end() ? nullptr : &*found;
}

}  // namespace belfry::plugins
