#include "adapters/plugins/plugin_registry.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "adapters/plugins/plugin_version.h"
#include "adapters/plugins/trial.h"

namespace belfry::plugins {
namespace {

bool sameEntry(const LockedPlugin& a, const LockedPlugin& b) { return a.id == b.id && a.version == b.version; }

/// Versions of one plugin side by side, the newest first; plugins in the order of the locks, the bundled ones first.
void putInOrder(std::vector<LockedPlugin>& plugins) {
  std::map<std::string, std::size_t> place;
  for (const auto& plugin : plugins) place.emplace(plugin.id, place.size());
  std::stable_sort(plugins.begin(), plugins.end(), [&](const auto& a, const auto& b) {
    return a.id != b.id ? place[a.id] < place[b.id] : compareVersions(a.version, b.version) > 0;
  });
}

/// Tries those that no problem keeps from it, all at once.
void tryOut(const std::vector<LoadedPlugin*>& plugins, const std::string& program) {
  std::vector<LoadedPlugin*> good;
  std::vector<std::string> files;
  for (auto* plugin : plugins) {
    if (!plugin->info.problem.empty()) continue;
    good.push_back(plugin);
    files.push_back(plugin->info.file);
  }
  auto problems = trialLoads(program, files);
  for (std::size_t k = 0; k < good.size(); ++k) good[k]->info.problem = problems[k];
}

}  // namespace

PluginRegistry::PluginRegistry(const PluginRegistrySettings& settings, const Log& log)
    : settings_(settings), log_(log) {
  current_.store(&lists_.emplace_back());
  rescan();
}

bool PluginRegistry::readLocks(std::vector<LockedPlugin>& out) const {
  bool whole = true;
  for (const auto& path : settings_.locks) {
    std::error_code unreadable;  // then readLock says why
    if (path.empty() || (!std::filesystem::exists(path, unreadable) && !unreadable)) continue;
    auto locked = readLock(path);
    if (!locked) {
      log_.error("plugins.lock cannot be read", {{"problem", locked.error()}});
      whole = false;
      continue;
    }
    for (auto& entry : *locked) {
      auto same = std::find_if(out.begin(), out.end(), [&](const auto& other) { return sameEntry(other, entry); });
      // A later lock (the operator's) replaces what an earlier one (the build's) says of a version.
      if (same == out.end()) out.push_back(std::move(entry));
      else *same = std::move(entry);
    }
  }
  putInOrder(out);
  return whole;
}

const LoadedPlugin* PluginRegistry::known(const LockedPlugin& locked) const {
  for (const auto& plugin : all())
    if (plugin.info.loaded && plugin.info.id == locked.id && plugin.info.version == locked.version &&
        plugin.info.file == locked.file.string() && plugin.info.sha256 == locked.sha256 && locked.in_process)
      return &plugin;
  return nullptr;
}

bool PluginRegistry::rescan() {
  const std::lock_guard guard(scanning_);
  std::vector<LockedPlugin> locked;
  const bool first = lists_.size() == 1;
  if (!readLocks(locked) && !first) return false;
  std::vector<LoadedPlugin> list;
  list.reserve(locked.size());
  std::vector<LoadedPlugin*> fresh;
  for (const auto& entry : locked) {
    const auto* loaded = known(entry);
    list.push_back(loaded ? *loaded : inspect(entry));
    if (!loaded) fresh.push_back(&list.back());
  }
  if (!settings_.trial_program.empty()) tryOut(fresh, settings_.trial_program);
  for (auto* plugin : fresh) {
    if (plugin->info.problem.empty()) load(*plugin);
    if (plugin->info.loaded) {
      log_.info("plugin loaded", {{"plugin", plugin->info.id}, {"version", plugin->info.version}});
    } else {
      log_.error("plugin not loaded", {{"plugin", plugin->info.id}, {"problem", plugin->info.problem}});
    }
  }
  const bool changed = !fresh.empty() || list.size() != all().size();
  if (changed) current_.store(&lists_.emplace_back(std::move(list)), std::memory_order_release);
  return changed;
}

const LoadedPlugin* PluginRegistry::find(const std::string& text) const {
  const auto name = parsePluginName(text);
  const LoadedPlugin* newest = nullptr;
  for (const auto& plugin : all()) {
    if (plugin.info.id != name.id || (!name.version.empty() && plugin.info.version != name.version)) continue;
    if (plugin.info.loaded) return &plugin;
    if (newest == nullptr) newest = &plugin;
  }
  return newest;
}

std::string PluginRegistry::lockStamp() const {
  std::string stamp;
  for (const auto& path : settings_.locks) {
    struct stat status {};
    if (path.empty() || ::stat(path.c_str(), &status) != 0) {
      stamp += "-;";
      continue;
    }
    stamp += std::to_string(status.st_ino) + "," + std::to_string(status.st_size) + "," +
             std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec) + ";";
  }
  return stamp;
}

}  // namespace belfry::plugins
