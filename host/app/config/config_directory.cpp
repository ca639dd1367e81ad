#include "app/config/config_directory.h"

#include <algorithm>

namespace belfry {
namespace {

namespace fs = std::filesystem;

template <class Wanted>
Result<std::vector<fs::path>, ConfigError> entriesOf(const fs::path& directory, Wanted is_wanted) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with('.') && is_wanted(*at)) paths.push_back(at->path());
  }
  if (error)
    return failure(
        ConfigError{"", "", "a readable directory", directory.string(), "cannot be listed: " + error.message()});
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

Result<std::vector<fs::path>, ConfigError> configFilesIn(const fs::path& directory) {
  return entriesOf(directory, [](const fs::directory_entry& entry) {
    const fs::path extension = entry.path().extension();
    return (extension == ".yaml" || extension == ".yml") && !entry.is_directory();
  });
}

Result<std::vector<fs::path>, ConfigError> subdirectoriesOf(const fs::path& directory) {
  return entriesOf(directory, [](const fs::directory_entry& entry) { return entry.is_directory(); });
}

}  // namespace belfry
