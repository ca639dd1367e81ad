#include "api/rest/plugin_json.h"

#include <string>

namespace belfry {
namespace {

/// The last part of a path.
std::string fileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string withoutDirectory(std::string text, const std::string& path) {
  const auto directory = path.substr(0, path.rfind('/') + 1);
  if (directory.empty()) return text;
  for (auto at = text.find(directory); at != std::string::npos; at = text.find(directory, at))
    text.erase(at, directory.size());
  return text;
}

template <class Words>
void memberWords(JsonWriter& json, std::string_view name, const Words& words) {
  json.memberArray(name, [&] {
    for (const auto& word : words) json.value(toText(word));
  });
}

}  // namespace

void writePlugin(JsonWriter& json, const PluginInfo& plugin) {
  json.object([&] {
    json.member("id", plugin.id);
    json.member("version", plugin.version);
    memberWords(json, "kinds", plugin.kinds);
    memberWords(json, "channels", plugin.channels);
    json.memberArray("engines", [&] {
      for (const auto& engine : plugin.engines) json.value(engine);
    });
    json.member("file", fileName(plugin.file));
    json.member("sha256", plugin.sha256);
    json.member("loaded", plugin.loaded);
    if (plugin.problem.empty()) json.member("problem", nullptr);
    else json.member("problem", withoutDirectory(plugin.problem, plugin.file));
    // A manifest that could not be read may be anything.
    const auto manifest = parseJson(plugin.manifest_json);
    if (manifest && manifest->IsObject()) json.member("manifest", static_cast<const JsonValue&>(*manifest));
    else json.member("manifest", nullptr);
  });
}

}  // namespace belfry
