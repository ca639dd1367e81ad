#include "cli/commands/partial_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/failures.h"

namespace belfry::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".mustache";

std::string readPartial(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw CommandFailed("--partials: cannot read '" + path.string() + "': " + std::strerror(errno));
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> readPartials(const fs::path& directory) {
  std::vector<std::pair<std::string, std::string>> partials;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.path().extension() != kExtension || !entry.is_regular_file()) continue;
      auto name = entry.path().lexically_relative(directory).replace_extension().generic_string();
      partials.emplace_back(std::move(name), readPartial(entry.path()));
    }
  } catch (const fs::filesystem_error& error) {
    throw CommandFailed("--partials: cannot read '" + directory.string() + "': " + error.code().message());
  }
  std::sort(partials.begin(), partials.end());
  return partials;
}

}  // namespace belfry::cli
