#include "cli/commands/plugin_new.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "app/install_layout.h"
#include "check/names.h"
#include "cli/console.h"
#include "cli/failures.h"
#include "cli/invocation.h"
#include "kit/json.h"
#include "model/vocabulary.h"

namespace belfry::cli {
namespace {

namespace fs = std::filesystem;

/// acme-sms → AcmeSmsPlugin.
std::string className(const std::string& id) {
  std::string out;
  bool start = true;
  for (const char c : id) {
    if (c != '-') out += start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    start = c == '-';
  }
  return out + "Plugin";
}
/// acme-sms → "Acme sms".
std::string title(std::string id) {
  for (char& c : id)
    if (c == '-') c = ' ';
  id[0] = static_cast<char>(id[0] - 32);
  return id;
}

std::string kindOf(const Invocation& invocation) {
  auto kind = invocation.required("kind");
  for (const char* known : {"channel", "template", "auth"})
    if (kind == known) return kind;
  throw UsageError("--kind: '" + kind + "' is not allowed; allowed: channel, template, auth");
}

std::string nameOf(const Invocation& invocation) {
  auto name = invocation.required("name");
  if (!check::isPluginId(name))
    throw UsageError("--name: '" + name +
                     "' is no id; allowed: lower-case letters, digits and '-', a letter first, at most 63");
  return name;
}

std::string channelOf(const Invocation& invocation) {
  const auto word = invocation.textOr("channel", "sms");
  if (const auto channel = parseChannel(word)) return std::string(toText(*channel));
  throw UsageError("--channel: '" + word + "' is not allowed; allowed: " + std::string(allowedChannel()));
}

/// Every @WORD@ that is known.
std::string filledIn(std::string text, const std::map<std::string, std::string>& words) {
  for (const auto& [word, value] : words)
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  return text;
}

std::string readWhole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw CommandFailed("cannot read " + path.string());
  return text.str();
}

void writeWhole(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (!out) throw CommandFailed("cannot write " + path.string());
}

/// Nothing that is there is overwritten.
void requireEmpty(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return;
  if (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))
    throw CommandFailed("--dir: " + directory.string() +
                        " is there already; allowed: a folder that is empty or not there");
}

int make(const Invocation& invocation, Console& console) {
  const auto kind = kindOf(invocation);
  const auto name = nameOf(invocation);
  const std::map<std::string, std::string> words = {
      {"@ID@", name}, {"@CLASS@", className(name)}, {"@TITLE@", title(name)}, {"@CHANNEL@", channelOf(invocation)}};
  const fs::path target = invocation.textOr("dir", name);
  const auto source = findInstallLayout().plugin_template / kind;
  if (!fs::is_directory(source))
    throw CommandFailed("there is no template at " + source.string() + "; install the component sdk");
  requireEmpty(target);
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    if (!entry.is_regular_file()) continue;
    auto relative = entry.path().lexically_relative(source);
    if (relative.extension() == ".in") relative.replace_extension();
    writeWhole(target / relative, filledIn(readWhole(entry.path()), words));
    files.push_back(relative.string());
  }
  if (invocation.has("json")) {
    JsonWriter json;
    json.object([&] {
      json.member("directory", target.string());
      json.memberArray("files", [&] {
        for (const auto& file : files) json.value(file);
      });
    });
    console.out << json.take() << '\n';
    return kSuccess;
  }
  console.out << "made " << target.string() << " (" << files.size() << " files); next:\n"
              << "  cmake -S " << target.string() << " -B " << (target / "build").string()
              << " -DCMAKE_PREFIX_PATH=PREFIX\n"
              << "  cmake --build " << (target / "build").string() << "\n"
              << "  ctest --test-dir " << (target / "build").string() << " --output-on-failure\n";
  return kSuccess;
}

}  // namespace

Command pluginNewCommand() {
  return {.name = "plugin new",
          .summary = "Make a project for a plugin of your own",
          .options = {{"kind", "KIND", "channel, template or auth"},
                      {"name", "ID", "Its id, such as acme-sms"},
                      {"channel", "CHANNEL", "What a channel plugin serves; default: sms"},
                      {"dir", "DIR", "Where to; default: a folder named as the plugin"}},
          .examples = {"belfry plugin new --kind channel --name acme-sms"},
          .notes = "The project builds against an installed SDK, and its tests check it with vectors.",
          .local = true,
          .run = make};
}

}  // namespace belfry::cli
