#include "check/load_checks.h"

#include <dirent.h>
#include <dlfcn.h>

#include <array>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace belfry::check {
namespace {

constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::milliseconds kLoadTime{100};

std::size_t countEntries(const char* directory) {
  std::size_t n = 0;
  DIR* dir = opendir(directory);
  if (!dir) return 0;
  while (readdir(dir)) ++n;
  closedir(dir);
  return n;
}

/// What loading must not change.
struct ProcessState {
  std::size_t threads = countEntries("/proc/self/task");
  std::size_t files = countEntries("/proc/self/fd");
  std::string locale = std::setlocale(LC_ALL, nullptr);
  std::array<void (*)(int), 65> handlers = currentHandlers();

  static std::array<void (*)(int), 65> currentHandlers() {
    std::array<void (*)(int), 65> out{};
    for (int s = 1; s < static_cast<int>(out.size()); ++s) {
      struct sigaction action {};
      if (sigaction(s, nullptr, &action) == 0) out[static_cast<std::size_t>(s)] = action.sa_handler;
    }
    return out;
  }
};

void checkIdentity(ChildReport& child, const bf_plugin& plugin, const Manifest& manifest) {
  const std::string id = plugin.id ? plugin.id : "";
  const std::string version = plugin.version ? plugin.version : "";
  if (id == manifest.id && version == manifest.version)
    child.pass("load/identity", id + " " + version + ", as the manifest says");
  else
    child.fail("load/identity",
               "the entry says " + id + " " + version + ", the manifest " + manifest.id + " " + manifest.version,
               "give BELFRY_PLUGIN the id and version of the manifest: BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION");
}

void checkInterfaces(ChildReport& child, const bf_plugin& plugin, const Manifest& manifest) {
  child.stage("while get was asked for an interface");
  for (const char* unknown : {"belfry.nonesuch/1", "belfry.channel/999999", "", "no interface id at all"})
    if (plugin.get(unknown) != nullptr)
      return child.fail("load/unknown-interface", "get(\"" + std::string(unknown) + "\") is not NULL",
                        "return NULL for every id that is not yours");
  child.pass("load/unknown-interface", "get answers NULL for what it does not know");
  for (const auto& id : manifest.provides)
    if (plugin.get(id.c_str()) == nullptr)
      return child.fail("load/provides", "the manifest provides " + id + ", get answers NULL",
                        "return the table, or take the id out of `provides`");
  for (const char* id : {"belfry.channel/1", "belfry.template/1", "belfry.auth/1"})
    if (!manifest.providesInterface(id) && plugin.get(id) != nullptr)
      return child.fail("load/provides",
                        "get answers a table for " + std::string(id) + ", which the manifest does not provide",
                        "add the id to `provides`");
  child.pass("load/provides", "get has every interface of the manifest, and no other");
}

void checkSideEffects(ChildReport& child, const ProcessState& before) {
  const ProcessState after;
  std::string changed;
  const auto note = [&](bool same, const char* what) {
    if (!same) changed += (changed.empty() ? "" : ", ") + std::string(what);
  };
  note(before.threads == after.threads, "threads started");
  note(before.files == after.files, "files opened");
  note(before.locale == after.locale, "locale set");
  note(before.handlers == after.handlers, "signal handlers set");
  if (changed.empty()) child.pass("load/side-effects", "no threads, files, signal handlers, locale");
  else child.fail("load/side-effects", changed, "do nothing when loaded: work begins with create");
}

void checkInside(ChildReport& child, const std::string& path, const Manifest& manifest) {
  const ProcessState before;
  const auto began = std::chrono::steady_clock::now();
  const bf_plugin* plugin = loadPlugin(child, path);
  if (!plugin) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  if (took < kLoadTime) child.pass("load/time", "under 100 ms");
  else
    child.warn("load/time", std::to_string(took.count()) + " ms; 100 ms are allowed",
               "do less in constructors of globals");
  checkIdentity(child, *plugin, manifest);
  checkInterfaces(child, *plugin, manifest);
  checkSideEffects(child, before);
}

}  // namespace

const bf_plugin* loadPlugin(ChildReport& child, const std::string& path) {
  child.stage("while it was loaded: in a constructor of a global, or in a library that it needs");
  void* library =
      dlopen(path.find('/') == std::string::npos ? ("./" + path).c_str() : path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    child.fail("load/open", dlerror(), "link it with -Wl,-z,defs: that shows at build what is missing");
    return nullptr;
  }
  child.pass("load/open", "loads with RTLD_NOW and RTLD_LOCAL");
  const auto entry = reinterpret_cast<const bf_plugin* (*)()>(dlsym(library, BF_ENTRY));
  if (!entry) {
    child.fail("load/entry", "it does not export " BF_ENTRY, "end one .cpp with BELFRY_PLUGIN(Type, id, version)");
    return nullptr;
  }
  child.stage("in " BF_ENTRY);
  const bf_plugin* plugin = entry();
  const bool whole = plugin && plugin->size >= offsetof(bf_plugin, get) + sizeof plugin->get && plugin->get;
  if (!whole) {
    child.fail("load/entry", BF_ENTRY " answers no complete bf_plugin",
               "return a static table whose size is sizeof(bf_plugin)");
    return nullptr;
  }
  if (entry() != plugin)
    child.fail("load/entry", BF_ENTRY " answers another table each time", "return one static table");
  else child.pass("load/entry", BF_ENTRY " answers a table");
  return plugin;
}

void checkLoad(const std::string& path, const Manifest& manifest, Report& report) {
  const auto end = runInChild(report, kLimit, [&](ChildReport& child) { checkInside(child, path, manifest); });
  if (end.crashed)
    report.crash("load/crash", end.how, "run it under a debugger: gdb --args belfry-plugin-check " + path);
  if (end.output.empty()) report.pass("load/output", "nothing is written to stdout or stderr");
  else report.fail("load/output", "it writes: " + end.output.substr(0, 200), "use the service belfry.log/1");
}

}  // namespace belfry::check
