#include "adapters/plugins/loaded_plugin.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <cstdio>

#include "check/elf_file.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

void describe(LoadedPlugin& plugin) {
  const auto& manifest = plugin.manifest;
  auto& info = plugin.info;
  info.version = manifest.version;
  for (const auto& kind : manifest.kinds)
    if (auto known = parsePluginKind(kind)) info.kinds.push_back(*known);
  for (const auto& channel : manifest.channels)
    if (auto known = parseChannel(channel)) info.channels.push_back(*known);
  info.engines = manifest.engines;
  for (const auto& secret : manifest.secrets) {
    info.known_secrets.push_back(secret.name);
    if (secret.required) info.required_secrets.push_back(secret.name);
  }
}

/// dlerror() is the only text that names the missing symbol or library; Boost.DLL's error code misleads.
std::string lastError(const std::string& fallback) {
  const char* text = dlerror();
  return text ? text : fallback;
}

const bf_plugin* openEntry(const std::string& file, std::string& problem) {
  boost::system::error_code error;
  boost::dll::shared_library library;
  library.load(file, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (error) {
    problem = "cannot be loaded: " + lastError(error.message());
    return nullptr;
  }
  // Opened once more to pin it; the handle is kept for the life of the process.
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) == nullptr) {
    problem = "cannot be pinned: " + lastError("dlopen failed");
    return nullptr;
  }
  if (!library.has(BF_ENTRY)) {
    problem = std::string("does not export ") + BF_ENTRY + "; it is of another ABI generation or no plugin";
    return nullptr;
  }
  return library.get<const bf_plugin*()>(BF_ENTRY)();
}

std::string mismatch(const bf_plugin& entry, const check::Manifest& manifest) {
  if (entry.size < offsetof(bf_plugin, get) + sizeof(entry.get)) return "its entry table is too small";
  if (entry.id == nullptr || manifest.id != entry.id) return "its entry names another id than its manifest ('" + manifest.id + "')";
  if (entry.version == nullptr || manifest.version != entry.version) {
    return "its entry names another version than its manifest ('" + manifest.version + "')";
  }
  for (const auto& interface : manifest.provides)
    if (entry.get(interface.c_str()) == nullptr) return "its manifest provides " + interface + ", its entry does not";
  return {};
}

}  // namespace

LoadedPlugin inspect(const LockedPlugin& locked) {
  LoadedPlugin plugin;
  auto& info = plugin.info;
  info.id = locked.id;
  info.version = locked.version;
  info.file = locked.file.string();
  auto bytes = check::readBytes(info.file, info.problem);
  if (!bytes) return plugin;
  info.sha256 = toHex(asView(sha256(*bytes)));
  if (info.sha256 != locked.sha256) {
    info.problem = "has sha256 " + info.sha256 + ", plugins.lock allows " + locked.sha256 + "; it was not loaded";
    return plugin;
  }
  auto elf = check::parseElf(*bytes, info.problem);
  if (!elf) return plugin;
  if (elf->manifest_notes == 0) {
    info.problem = "has no Belfry manifest note (.note.belfry); build it with belfry_add_plugin()";
    return plugin;
  }
  info.manifest_json = elf->manifest;
  auto manifest = check::parseManifest(elf->manifest, info.problem);
  if (!manifest) return plugin;
  plugin.manifest = std::move(*manifest);
  if (plugin.manifest.id != locked.id) {
    info.problem = "its manifest names the id '" + plugin.manifest.id + "', plugins.lock '" + locked.id + "'";
  } else if (plugin.manifest.generation != BF_GENERATION) {
    info.problem = "is of ABI generation " + std::to_string(plugin.manifest.generation) + ", this host loads generation " +
                   std::to_string(BF_GENERATION);
  }
  describe(plugin);
  return plugin;
}

void load(LoadedPlugin& plugin) {
  const auto* entry = openEntry(plugin.info.file, plugin.info.problem);
  if (entry == nullptr) {
    if (plugin.info.problem.empty()) plugin.info.problem = "its entry returned no table";
    return;
  }
  plugin.info.problem = mismatch(*entry, plugin.manifest);
  if (!plugin.info.problem.empty()) return;
  plugin.entry = entry;
  plugin.info.loaded = true;
}

int trialLoad(const std::string& file) {
  std::string problem;
  const auto* entry = openEntry(file, problem);
  if (entry != nullptr && entry->get("belfry.unknown/1") == nullptr) return 0;
  if (problem.empty()) problem = entry == nullptr ? "its entry returned no table" : "it answers for an interface that does not exist";
  std::fprintf(stderr, "%s\n", problem.c_str());
  return 1;
}

}  // namespace belfry::plugins
