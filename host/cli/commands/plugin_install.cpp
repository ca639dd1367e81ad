#include "cli/commands/plugin_install.h"

#include "adapters/plugins/plugin_store.h"
#include "adapters/plugins/trial.h"
#include "app/config/load_settings.h"
#include "app/install_layout.h"
#include "check/checker.h"
#include "cli/console.h"
#include "cli/failures.h"
#include "cli/invocation.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

constexpr OptionSpec kLock = {"lock", "FILE", "The operator's lock; default: plugins.lock of the settings"};
constexpr OptionSpec kDirectory = {"plugins-dir", "DIR", "Holds store/; default: plugins.directory of the settings"};
constexpr OptionSpec kConfig = {"config", "FILE", "The host's configuration, for both defaults"};
constexpr OptionSpec kVectors = {"vectors", "DIR", "Golden vectors: checks what the plugin does, too"};

/// Directory and lock by the options, else as the host itself would find them.
plugins::PluginStore storeOf(const Invocation& invocation) {
  ConfigSources sources;
  if (const auto file = invocation.find("config")) sources.file = *file;
  sources.environment = settingsInEnvironment();
  std::filesystem::path directory = invocation.textOr("plugins-dir", "");
  std::filesystem::path lock = invocation.textOr("lock", "");
  if (directory.empty() || lock.empty()) {
    auto loaded = loadSettings(sources);
    if (!loaded) throw CommandFailed("the configuration is not valid\n" + toText(loaded.error()));
    if (directory.empty()) directory = loaded->settings.plugins.directory;
    if (lock.empty()) lock = loaded->settings.plugins.lock;
  }
  if (directory.empty()) directory = findInstallLayout().plugins;
  if (lock.empty())
    throw UsageError("no lock is named; allowed: --lock FILE, BELFRY__PLUGINS__LOCK, or plugins.lock in --config FILE");
  return {std::move(directory), std::move(lock)};
}

/// What failed, and how to mend it.
std::string failuresOf(const check::Report& report) {
  std::string text;
  for (const auto& line : report.lines())
    if (line.verdict == check::Verdict::fail || line.verdict == check::Verdict::crash)
      text += "\n  " + line.check + ": " + line.detail + (line.mend.empty() ? "" : "\n    mend: " + line.mend);
  return text;
}

void requireGood(const std::filesystem::path& file, const Invocation& invocation) {
  check::CheckRequest request;
  request.path = file.string();
  request.vectors = invocation.textOr("vectors", "");
  const auto report = check::checkPlugin(request);
  if (!report.passed()) throw CommandFailed("the plugin was not installed: it fails its check" + failuresOf(report));
  const auto problem = plugins::trialLoads(findInstallLayout().program.string(), {file.string()}).front();
  if (!problem.empty()) throw CommandFailed("the plugin was not installed: " + problem);
}

void say(Console& console, bool json, const plugins::LockedPlugin& plugin, const char* what) {
  if (!json) {
    console.out << plugin.id << " " << plugin.version << " " << what << "\n";
    return;
  }
  JsonWriter out;
  out.object([&] {
    out.member("id", plugin.id);
    out.member("version", plugin.version);
    out.member("sha256", plugin.sha256);
    out.member("file", plugin.file.string());
    out.member("done", std::string_view(what));
  });
  console.out << out.take() << '\n';
}

int install(const Invocation& invocation, Console& console) {
  const auto store = storeOf(invocation);
  auto staged = store.stage(invocation.operand(0));
  if (!staged) throw CommandFailed(staged.error());
  if (!staged->known) {
    try {
      requireGood(staged->entry.file, invocation);  // the copy: what is checked is what will be loaded
    } catch (...) {
      store.drop(*staged);
      throw;
    }
    console.err << "warning: " << staged->entry.id
                << " will run inside of the host's process, with all that the host may do; "
                << "install only what you trust (in_process: true)\n";
  }
  if (const auto problem = store.add(*staged); !problem.empty()) throw CommandFailed(problem);
  say(console, invocation.has("json"), staged->entry, staged->known ? "was installed already" : "installed");
  return kSuccess;
}

int remove(const Invocation& invocation, Console& console) {
  const auto removed = storeOf(invocation).remove(invocation.operand(0));
  if (!removed) throw CommandFailed(removed.error());
  say(console, invocation.has("json"), *removed, "removed");
  return kSuccess;
}

int checkFile(const Invocation& invocation, Console& console) {
  check::CheckRequest request;
  request.path = invocation.operand(0);
  request.vectors = invocation.textOr("vectors", "");
  request.only = invocation.textOr("only", "");
  const auto report = check::checkPlugin(request);
  console.out << (invocation.has("json") ? toJson(report, request.path) : toText(report));
  return report.passed() ? kSuccess : kFailure;
}

}  // namespace

std::vector<Command> pluginInstallCommands() {
  return {
      {.name = "plugin install",
       .summary = "Check a plugin and add it to this machine's hosts",
       .operands = {{"FILE", "The plugin, a .so"}},
       .options = {kVectors, kLock, kDirectory, kConfig},
       .examples = {"belfry plugin install acme-sms.so --vectors vectors --config belfry.yaml"},
       .notes =
           "Copies the file to store/SHA256/ID.so of the plugin directory, checks the copy in processes of its own, "
           "and "
           "lists it in the operator's lock. A running host sees it within a second. Several versions stand side by "
           "side: a provider uses the newest, unless its `plugin` is ID@VERSION. Installing twice changes nothing.",
       .local = true,
       .run = install},
      {.name = "plugin remove",
       .summary = "Take a plugin out of the operator's lock",
       .operands = {{"NAME", "ID, or ID@VERSION when there are several"}},
       .options = {kLock, kDirectory, kConfig},
       .examples = {"belfry plugin remove acme-sms@1.0.0 --config belfry.yaml"},
       .notes =
           "Providers that a running host has started with it go on until they are changed or the host is restarted: "
           "code is never unloaded.",
       .local = true,
       .run = remove},
      {.name = "plugin check",
       .summary = "Say whether a plugin keeps the rules, and how to mend it",
       .operands = {{"FILE", "The plugin, a .so"}},
       .options = {kVectors, {"only", "CHECKS", "Only checks whose name begins so, such as callbacks"}},
       .examples = {"belfry plugin check acme-sms.so --vectors vectors"},
       .notes = "As belfry-plugin-check of the SDK does, which knows more options.",
       .local = true,
       .run = checkFile}};
}

}  // namespace belfry::cli
