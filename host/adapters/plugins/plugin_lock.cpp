#include "adapters/plugins/plugin_lock.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

namespace belfry::plugins {
namespace {

bool isSha256(const std::string& text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string at(const std::filesystem::path& path, const YAML::Mark& mark) {
  return mark.is_null() ? path.string() : path.string() + ":" + std::to_string(mark.line + 1);
}

/// What is wrong with an entry's keys; empty when nothing is.
std::string keyFault(const YAML::Node& entry) {
  constexpr std::array kKeys = {"id", "version", "file", "sha256", "in_process"};
  if (!entry.IsMap() || !entry["id"] || !entry["version"] || !entry["file"] || !entry["sha256"]) {
    return "an entry needs id, version, file and sha256";
  }
  for (const auto& member : entry) {
    auto key = member.first.as<std::string>();
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      return "unknown key '" + key + "', allowed are id, version, file, sha256, in_process";
    }
  }
  return {};
}

LockedPlugin read(const YAML::Node& entry, const std::filesystem::path& directory) {
  LockedPlugin plugin{entry["id"].as<std::string>(), entry["version"].as<std::string>(),
                      entry["file"].as<std::string>(), entry["sha256"].as<std::string>()};
  if (auto in_process = entry["in_process"]) plugin.in_process = in_process.as<bool>();
  if (plugin.file.is_relative()) plugin.file = directory / plugin.file;
  return plugin;
}

Result<std::vector<LockedPlugin>, std::string> readAll(const YAML::Node& root, const std::filesystem::path& path) {
  auto list = root.IsMap() ? root["plugins"] : YAML::Node();
  if (!list || !list.IsSequence()) return failure(path.string() + ": 'plugins' must be a list");
  auto directory = std::filesystem::absolute(path).parent_path();
  std::vector<LockedPlugin> plugins;
  for (const auto& entry : list) {
    if (auto fault = keyFault(entry); !fault.empty()) return failure(at(path, entry.Mark()) + ": " + fault);
    auto plugin = read(entry, directory);
    if (!isSha256(plugin.sha256)) {
      return failure(at(path, entry["sha256"].Mark()) + ": sha256 of '" + plugin.id + "' is '" + plugin.sha256 +
                     "', allowed are 64 lower-case hex digits");
    }
    auto same = [&](const auto& other) { return other.id == plugin.id && other.version == plugin.version; };
    if (std::any_of(plugins.begin(), plugins.end(), same))
      return failure(at(path, entry.Mark()) + ": '" + plugin.id + "' stands twice with version '" + plugin.version +
                     "'");
    plugins.push_back(std::move(plugin));
  }
  return plugins;
}

}  // namespace

Result<std::vector<LockedPlugin>, std::string> readLock(const std::filesystem::path& path) {
  try {
    return readAll(YAML::LoadFile(path.string()), path);
  } catch (const YAML::Exception& error) {
    return failure(at(path, error.mark) + ": " + error.msg);
  }
}

}  // namespace belfry::plugins
