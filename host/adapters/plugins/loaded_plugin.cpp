#include "adapters/plugins/loaded_plugin.h"

#include "adapters/plugins/egress_hosts.h"

#include <dlfcn.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>
#include <cstdio>

#include "adapters/plugins/plugin_calls.h"
#include "adapters/plugins/table_check.h"
#include "adapters/plugins/trial.h"
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
  info.egress_hosts = manifest.egress.hosts;
  info.receipts = manifest.receipts;
  info.requests = manifest.requests;
  info.options = optionNames(manifest);
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

/// Pins the library: its handle is kept for the life of the process, and RTLD_NODELETE survives whoever closes it.
bool pin(const std::string& file) { return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) != nullptr; }

const bf_plugin* openEntry(const std::string& file, std::string& problem) {
  boost::system::error_code error;
  boost::dll::shared_library library;
  dlerror();  // forgets what somebody else left
  library.load(file, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (error) {
    problem = "cannot be loaded: " + lastError(error.message());
    return nullptr;
  }
  if (!pin(file)) {
    problem = "cannot be pinned: " + lastError("dlopen failed");
    return nullptr;
  }
  if (!library.has(BF_ENTRY)) {
    problem = std::string("does not export ") + BF_ENTRY + "; it is of another ABI generation or no plugin";
    return nullptr;
  }
  const auto* entry = library.get<const bf_plugin*()>(BF_ENTRY)();
  if (entry == nullptr) problem = "its entry returned no table";
  return entry;
}

std::string mismatch(const bf_plugin& entry, const check::Manifest& manifest) {
  if (entry.size < offsetof(bf_plugin, get) + sizeof(entry.get)) return "its entry table is too small";
  if (entry.id == nullptr || manifest.id != entry.id)
    return "its entry names another id than its manifest ('" + manifest.id + "')";
  if (entry.version == nullptr || manifest.version != entry.version) {
    return "its entry names another version than its manifest ('" + manifest.version + "')";
  }
  if (entry.get == nullptr) return "its entry table lacks get";
  return tableFault(entry, manifest);
}

/// Reads the manifest out of the file's bytes. False: info.problem says why.
bool readManifest(LoadedPlugin& plugin, std::string_view bytes) {
  auto& info = plugin.info;
  auto elf = check::parseElf(bytes, info.problem);
  if (!elf) return false;
  if (elf->manifest_notes != 1) {
    info.problem = elf->manifest_notes == 0
                       ? "has no Belfry manifest note (.note.belfry); build it with belfry_add_plugin()"
                       : "has " + std::to_string(elf->manifest_notes) + " Belfry manifest notes, one is allowed";
    return false;
  }
  info.manifest_json = elf->manifest;
  auto manifest = check::parseManifest(elf->manifest, info.problem);
  if (!manifest) return false;
  plugin.manifest = std::move(*manifest);
  return true;
}

std::string lockMismatch(const LockedPlugin& locked, const check::Manifest& manifest) {
  if (manifest.id != locked.id)
    return "its manifest names the id '" + manifest.id + "', plugins.lock '" + locked.id + "'";
  if (manifest.version != locked.version) {
    return "its manifest names the version '" + manifest.version + "', plugins.lock '" + locked.version + "'";
  }
  if (!locked.in_process) return "plugins.lock says in_process: false; this host runs plugins in process only";
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
  if (!readManifest(plugin, *bytes)) return plugin;
  describe(plugin);
  info.problem = lockMismatch(locked, plugin.manifest);
  if (info.problem.empty()) info.problem = unmetNeed(plugin.manifest);
  return plugin;
}

void load(LoadedPlugin& plugin) {
  auto& problem = plugin.info.problem;
  const auto* entry = callPlugin(
      [&]() -> const bf_plugin* {
        const auto* opened = openEntry(plugin.info.file, problem);
        if (opened != nullptr) problem = mismatch(*opened, plugin.manifest);
        return opened;
      },
      static_cast<const bf_plugin*>(nullptr), problem);
  if (!problem.empty()) return;
  plugin.entry = entry;
  plugin.info.loaded = true;
}

int trialLoad(const std::vector<std::string>& files) {
  constexpr unsigned kLongestSeconds = 30;
  alarm(kLongestSeconds);  // a host that was killed meanwhile leaves no hanging child behind
  for (const auto& file : files) {
    LoadedPlugin plugin;
    plugin.info.file = file;
    auto bytes = check::readBytes(file, plugin.info.problem);
    if (bytes && readManifest(plugin, *bytes)) load(plugin);
    if (plugin.info.loaded) continue;
    std::fprintf(stderr, "%s\n", plugin.info.problem.c_str());
    return 1;
  }
  std::fprintf(stderr, "%s\n", kTrialPassed);
  return 0;
}

}  // namespace belfry::plugins
