#include "cli/commands/render.h"

#include "adapters/plugins/plugin_engines.h"
#include "adapters/plugins/plugin_registry.h"
#include "app/install_layout.h"
#include "cli/commands/partial_files.h"
#include "cli/console.h"
#include "cli/failures.h"
#include "cli/input_text.h"
#include "cli/invocation.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

/// Nowhere: why a plugin is not loaded is told below, in words for people.
const Log& silentLog() {
  static const Log log(-1, LogLevel::error);
  return log;
}

/// The engine that was asked for, or why it is not there.
std::string describeEngines(const plugins::PluginRegistry& registry, const plugins::PluginEngines& engines) {
  std::string names;
  for (const auto& name : engines.names()) names += (names.empty() ? "" : ", ") + name;
  std::string text = "allowed: " + (names.empty() ? "none is installed" : names);
  for (const auto& plugin : registry.all()) {
    if (!plugin.info.loaded) text += "; plugin '" + plugin.info.id + "' is not loaded: " + plugin.info.problem;
  }
  return text;
}

Escape escapeOf(const Invocation& invocation) {
  const auto word = invocation.textOr("escape", "html");
  if (word == "html") return Escape::html;
  if (word == "none") return Escape::none;
  throw UsageError("--escape: '" + word + "' is not allowed; allowed: html, none");
}

/// `welcome.mustache:3:5: what is wrong`, as compilers say it.
std::string located(const std::string& file, int line, int column, const std::string& message) {
  if (line == 0) return file + ": " + message;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

class Rendering {
 public:
  Rendering(const Invocation& invocation, Console& console)
      : template_file_(invocation.required("template")),
        data_file_(invocation.required("data")),
        engine_(invocation.textOr("engine", "mustache")),
        escape_(escapeOf(invocation)),
        text_(readInput(template_file_, "--template", console)),
        data_(readInput(data_file_, "--data", console)) {
    if (template_file_ == "-" && data_file_ == "-")
      throw UsageError("--template and --data cannot both be standard input");
    if (const auto directory = invocation.find("partials")) partials_ = readPartials(*directory);
  }

  std::string output() const {
    const auto layout = findInstallLayout();
    const plugins::PluginRegistry registry({{layout.plugins / "plugins.lock"}, layout.program.string()}, silentLog());
    plugins::PluginEngines engines(registry, silentLog());
    if (!engines.has(engine_))
      throw CommandFailed("--engine: there is no template engine '" + engine_ + "'; " +
                          describeEngines(registry, engines));
    const auto compiled = engines.compile(engine_, template_file_, text_, escape_, partials_);
    if (!compiled) refuse(compiled.error());
    auto rendered = (*compiled)->render(data_);
    if (!rendered) refuse(rendered.error());
    return std::move(*rendered);
  }

 private:
  /// When the data is no JSON, that is what is wrong, and only this knows where.
  [[noreturn]] void refuse(const TemplateError& error) const {
    if (const auto json = parseJson(data_); !json && error.line == 0) {
      const auto place = placeOf(data_, json.error().offset);
      throw CommandFailed(located(data_file_, place.line, place.column, "is not JSON: " + json.error().message));
    }
    throw CommandFailed(located(template_file_, error.line, error.column, error.message));
  }

  const std::string template_file_;
  const std::string data_file_;
  const std::string engine_;
  const Escape escape_;
  const std::string text_;
  const std::string data_;
  std::vector<std::pair<std::string, std::string>> partials_;
};

int render(const Invocation& invocation, Console& console) {
  const auto output = Rendering(invocation, console).output();
  if (!invocation.has("json")) {
    console.out << output;
    return kSuccess;
  }
  JsonWriter json;
  json.object([&] { json.member("output", output); });
  console.out << json.take() << '\n';
  return kSuccess;
}

}  // namespace

Command renderCommand() {
  return {
      .name = "render",
      .summary = "Render a template file, without a host",
      .options = {{"engine", "NAME", "Template engine; default: mustache"},
                  {"template", "FILE", "The template; - is standard input"},
                  {"data", "FILE", "Its variables, any JSON value; - is standard input"},
                  {"partials", "DIR", "Partial NAME is DIR/NAME.mustache; one that is not there is empty"},
                  {"escape", "HOW", "How plain tags are escaped: html or none; default: html"}},
      .examples = {"belfry render --engine mustache --template welcome.mustache --data ada.json --partials partials"},
      .notes =
          "Writes exactly the rendered bytes. The engine is the plugin that lies in ../plugins beside this program, or "
          "in "
          "../lib/belfry/plugins when it is installed.",
      .local = true,
      .run = render};
}

}  // namespace belfry::cli
