// The partials of a directory.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace belfry::cli {

/// Name and text of every `NAME.mustache` below `directory`, sorted by name; one in a folder is named `folder/NAME`.
/// Throws CommandFailed when the directory or a file of it cannot be read.
std::vector<std::pair<std::string, std::string>> readPartials(const std::filesystem::path& directory);

}  // namespace belfry::cli
