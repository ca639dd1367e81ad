#include "adapters/postgres/migration_files.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <system_error>

#include "kit/crypto.h"

namespace belfry::pg {
namespace {

namespace fs = std::filesystem;

constexpr const char* kForm = "NNN_name.up.sql or NNN_name.down.sql (lower case, digits and _)";

SqlFile readSqlFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  SqlFile file{path, std::string(std::istreambuf_iterator<char>(in), {}), ""};
  if (!in) throw MigrationError(path.string() + ": cannot be read");
  const Digest256 digest = sha256(file.sql);
  file.checksum = toHex(asView(digest));
  return file;
}

std::vector<fs::path> sqlFilesIn(const fs::path& dir) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(dir, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(".sql") && !name.starts_with(".")) paths.push_back(entry->path());
  }
  if (error) throw MigrationError(dir.string() + ": cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Both directions of one version, while the folder is read.
struct Pair {
  std::string name;
  std::optional<SqlFile> up;
  std::optional<SqlFile> down;
};

void addFile(std::map<int, Pair>& pairs, const fs::path& path) {
  static const std::regex form(R"((([0-9]{3})_[a-z0-9_]+)\.(up|down)\.sql)");
  const std::string filename = path.filename().string();
  std::smatch match;
  if (!std::regex_match(filename, match, form)) {
    throw MigrationError(path.string() + ": is not named like a migration; allowed: " + kForm);
  }
  Pair& pair = pairs[std::stoi(match[2])];
  if (!pair.name.empty() && pair.name != match[1]) {
    throw MigrationError(path.string() + ": version " + match[2].str() + " is already taken by " + pair.name);
  }
  pair.name = match[1];
  (match[3] == "up" ? pair.up : pair.down) = readSqlFile(path);
}

void checkPair(const fs::path& dir, int expected, int version, const Pair& pair) {
  if (version != expected) {
    char missing[16];
    std::snprintf(missing, sizeof missing, "%03d", expected);
    throw MigrationError((dir / pair.name).string() + ": version " + missing +
                         " is missing before it; allowed: 001, 002, … without gaps");
  }
  if (!pair.up)
    throw MigrationError((dir / (pair.name + ".up.sql")).string() + ": is missing, there is only its .down.sql");
  if (!pair.down)
    throw MigrationError((dir / (pair.name + ".down.sql")).string() + ": is missing, there is only its .up.sql");
}

}  // namespace

MigrationFolder readMigrations(const fs::path& dir) {
  const fs::path versioned = dir / "migrations";
  std::map<int, Pair> pairs;
  for (const fs::path& path : sqlFilesIn(versioned)) addFile(pairs, path);
  if (pairs.empty()) throw MigrationError(versioned.string() + ": holds no migration; allowed: " + kForm);
  MigrationFolder folder;
  for (auto& [version, pair] : pairs) {
    checkPair(versioned, static_cast<int>(folder.migrations.size()) + 1, version, pair);
    folder.migrations.push_back({version, pair.name, std::move(*pair.up), std::move(*pair.down)});
  }
  if (fs::exists(dir / "vocabulary.sql")) folder.vocabulary = readSqlFile(dir / "vocabulary.sql");
  return folder;
}

}  // namespace belfry::pg
