#include "app/config/config_error.h"

#include <algorithm>

#include "app/config/secret_mask.h"

namespace belfry {
namespace {

std::string unescaped(std::string_view step) {
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size();
    text += escape ? (step[++i] == '1' ? '/' : '~') : step[i];
  }
  return text;
}

bool isIndex(std::string_view step) {
  return !step.empty() && std::ranges::all_of(step, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string keyOfPointer(std::string_view pointer) {
  std::string key;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the slash
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    if (isIndex(step)) key += "[" + std::string(step) + "]";
    else key += (key.empty() ? "" : ".") + unescaped(step);
  }
  return key;
}

std::string toText(const ConfigError& error) {
  std::string text = error.source.empty() ? "" : error.source + ": ";
  if (!error.key.empty()) text += error.key + ": ";
  text += error.message;
  std::string facts;
  if (!error.value.empty()) facts = "value " + error.value;
  if (!error.allowed.empty()) facts += (facts.empty() ? "" : "; ") + ("allowed: " + error.allowed);
  return facts.empty() ? text : text + " (" + facts + ")";
}

std::string toText(const std::vector<ConfigError>& errors) {
  std::string text;
  for (const ConfigError& error : errors) text += (text.empty() ? "" : "\n") + toText(error);
  return text;
}

ConfigError toConfigError(const SchemaViolation& violation, std::string source) {
  return {keyOfPointer(violation.pointer), maskSecrets(violation.value), violation.allowed, std::move(source),
          violation.message};
}

}  // namespace belfry
