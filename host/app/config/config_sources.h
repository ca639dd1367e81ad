// Where settings come from, lowest precedence first: compiled-in defaults, one file, the environment, flags.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config/config_error.h"
#include "kit/result.h"

namespace belfry {

struct FlagSetting {
  std::string key;   ///< `http.port`
  std::string text;  ///< as typed: text as it is, numbers and booleans as in YAML, lists as `[a, b]` or `a,b`
  std::string flag;  ///< `--port`, for messages and --print-config
};

struct ConfigSources {
  std::optional<std::filesystem::path> file;  ///< --config
  std::vector<std::pair<std::string, std::string>> environment =
      {};                               ///< name and value; names not starting with BELFRY__ are ignored
  std::vector<FlagSetting> flags = {};  ///< a later one overrides an earlier one
};

/// The process's environment, BELFRY__ variables only. Not to be called while another thread changes the environment.
std::vector<std::pair<std::string, std::string>> settingsInEnvironment();

/// `section.key=value` of a --set flag; the error says what the form is.
Result<FlagSetting, ConfigError> parseSetFlag(std::string_view text);

}  // namespace belfry
