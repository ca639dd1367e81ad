// Directories of configuration files.
#pragma once

#include <filesystem>
#include <vector>

#include "app/config/config_error.h"
#include "kit/result.h"

namespace belfry {

/// The *.yaml and *.yml files of a directory by name, hidden ones left out. The error says why it cannot be listed.
Result<std::vector<std::filesystem::path>, ConfigError> configFilesIn(const std::filesystem::path& directory);

/// Its sub-directories by name, hidden ones left out.
Result<std::vector<std::filesystem::path>, ConfigError> subdirectoriesOf(const std::filesystem::path& directory);

}  // namespace belfry
