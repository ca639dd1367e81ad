#include "app/config/config_sources.h"

#include <unistd.h>

namespace belfry {

std::vector<std::pair<std::string, std::string>> settingsInEnvironment() {
  constexpr std::size_t kPrefixLength = 8;  // BELFRY__
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view line(*at);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals < kPrefixLength || line.substr(6, 2) != "__") continue;
    variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

Result<FlagSetting, ConfigError> parseSetFlag(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return failure(ConfigError{"", "\"" + std::string(text) + "\"", "--set section.key=value", "flag --set",
                               "has no key and value"});
  }
  return FlagSetting{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)), "--set"};
}

}  // namespace belfry
