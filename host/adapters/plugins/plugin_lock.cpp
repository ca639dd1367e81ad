#include "adapters/plugins/plugin_lock.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace belfry::plugins {
namespace {

bool isSha256(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string at(const std::filesystem::path& path, const YAML::Mark& mark) {
  return path.string() + ":" + std::to_string(mark.line + 1);
}

}  // namespace

Result<std::vector<LockedPlugin>, std::string> readLock(const std::filesystem::path& path) {
  try {
    auto root = YAML::LoadFile(path.string());
    auto list = root["plugins"];
    if (!list || !list.IsSequence()) return failure(path.string() + ": 'plugins' must be a list");
    std::vector<LockedPlugin> plugins;
    for (const auto& entry : list) {
      if (!entry.IsMap() || !entry["id"] || !entry["version"] || !entry["file"] || !entry["sha256"]) {
        return failure(at(path, entry.Mark()) + ": an entry needs id, version, file and sha256");
      }
      LockedPlugin plugin{entry["id"].as<std::string>(), entry["version"].as<std::string>(), entry["file"].as<std::string>(),
                          entry["sha256"].as<std::string>()};
      if (!isSha256(plugin.sha256)) {
        return failure(at(path, entry["sha256"].Mark()) + ": sha256 of '" + plugin.id + "' is '" + plugin.sha256 +
                       "', allowed are 64 lower-case hex digits");
      }
      if (plugin.file.is_relative()) plugin.file = std::filesystem::absolute(path).parent_path() / plugin.file;
      plugins.push_back(std::move(plugin));
    }
    return plugins;
  } catch (const YAML::Exception& error) {
    return failure(at(path, error.mark) + ": " + error.msg);
  }
}

}  // namespace belfry::plugins
