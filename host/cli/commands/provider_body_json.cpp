#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/commands/provider_body.h"
#include "cli/failures.h"
#include "cli/input_text.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

/// NAME=REST.
std::pair<std::string, std::string> named(const std::string& argument, const std::string& option) {
  const auto equals = argument.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == argument.size())
    throw UsageError(option + ": '" + argument + "' is not allowed; allowed: NAME=VALUE");
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

/// Secrets come from the environment or a file: what stands in a command line is seen by everybody on the machine.
std::string fromEnvironment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0')
    throw UsageError("--secret-env: the environment variable '" + variable + "' is not set; allowed: one that is");
  return value;
}

std::string fromFile(const std::string& path, const Console& console) {
  auto value = readInput(path, "--secret-file", console);
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

void writeSecret(JsonWriter& json, const std::string& name, const std::string& value) {
  json.memberObject(name, [&] { json.member("value", value); });
}

void writeSecrets(JsonWriter& json, const Invocation& invocation, const Console& console) {
  if (!invocation.has("secret-env") && !invocation.has("secret-file")) return;
  json.memberObject("secrets", [&] {
    for (const auto& argument : invocation.all("secret-env")) {
      const auto [name, variable] = named(argument, "--secret-env");
      writeSecret(json, name, fromEnvironment(variable));
    }
    for (const auto& argument : invocation.all("secret-file")) {
      const auto [name, path] = named(argument, "--secret-file");
      writeSecret(json, name, fromFile(path, console));
    }
  });
}

void writeFlag(JsonWriter& json, const Invocation& invocation, std::string_view name) {
  const auto value = invocation.find(name);
  if (!value) return;
  if (*value != "true" && *value != "false")
    throw UsageError("--" + std::string(name) + ": '" + *value + "' is not allowed; allowed: true, false");
  json.member(name, *value == "true");
}

void requireChange(const Invocation& invocation) {
  constexpr std::array kChanges = {"config", "secret-env", "secret-file", "priority", "weight", "enabled", "simulate"};
  const bool any = std::any_of(kChanges.begin(), kChanges.end(), [&](auto name) { return invocation.has(name); });
  if (!any) throw UsageError("nothing is to be changed; allowed: one or more options, see --help");
}

}  // namespace

std::string providerBodyJson(const std::string& id, const Invocation& invocation, const Console& console) {
  if (id.empty()) requireChange(invocation);
  JsonWriter json;
  json.object([&] {
    if (!id.empty()) {
      json.member("id", id);
      json.member("plugin", invocation.required("plugin"));
      if (const auto channel = invocation.find("channel")) json.member("channel", *channel);
    }
    if (const auto priority = invocation.integer("priority", 1, 1000)) json.member("priority", *priority);
    if (const auto weight = invocation.integer("weight", 0, 1000)) json.member("weight", *weight);
    writeFlag(json, invocation, "enabled");
    writeFlag(json, invocation, "simulate");
    if (const auto config = invocation.find("config"))
      json.rawMember("config", jsonArgument(*config, "--config", console));
    writeSecrets(json, invocation, console);
  });
  return json.take();
}

}  // namespace belfry::cli
