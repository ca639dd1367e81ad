#include "adapters/embedded/program_path.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "adapters/embedded/embedded_error.h"

namespace belfry::embedded {
namespace {

namespace fs = std::filesystem;

bool isProgram(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

std::optional<fs::path> findInPath(const char* program) {
  const char* path = std::getenv("PATH");
  // A daemon's PATH may be short: the usual places are looked at in any case.
  std::istringstream directories(std::string(path ? path : "") + ":/usr/local/bin:/usr/bin:/usr/sbin");
  for (std::string directory; std::getline(directories, directory, ':');)
    if (!directory.empty() && isProgram(fs::path(directory) / program)) return fs::path(directory) / program;
  return std::nullopt;
}

PostgresPrograms programsIn(const fs::path& bin_dir) { return {bin_dir / "initdb", bin_dir / "postgres"}; }

bool complete(const PostgresPrograms& programs) { return isProgram(programs.initdb) && isProgram(programs.postgres); }

/// Debian keeps each major version apart: /usr/lib/postgresql/15/bin. Ordered by version.
std::map<int, PostgresPrograms> debianVersions() {
  std::map<int, PostgresPrograms> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const int version = std::atoi(entry.path().filename().c_str());
    const auto programs = programsIn(entry.path() / "bin");
    if (version >= kOldestPostgres && complete(programs)) found[version] = programs;
  }
  return found;
}

}  // namespace

PostgresPrograms findPostgres(const fs::path& bin_dir, const std::optional<std::string>& cluster_version) {
  if (!bin_dir.empty()) {
    if (complete(programsIn(bin_dir))) return programsIn(bin_dir);
    throw EmbeddedError(
        "embedded.postgres_bin_directory " + bin_dir.string() +
        " does not hold the programs initdb and postgres: install the Debian package postgresql, or leave "
        "embedded.postgres_bin_directory empty to have them found");
  }
  const auto versions = debianVersions();
  if (cluster_version && versions.count(std::atoi(cluster_version->c_str())))
    return versions.at(std::atoi(cluster_version->c_str()));
  if (cluster_version && !versions.empty())
    throw EmbeddedError("the data directory was made by PostgreSQL " + *cluster_version +
                        ", which is not installed: install the Debian package postgresql-" + *cluster_version);
  if (!versions.empty()) return versions.rbegin()->second;
  const auto initdb = findInPath("initdb");
  if (initdb && complete(programsIn(initdb->parent_path()))) return programsIn(initdb->parent_path());
  throw EmbeddedError("no PostgreSQL server of version " + std::to_string(kOldestPostgres) +
                      " or newer in /usr/lib/postgresql/*/bin or PATH: install the Debian package postgresql");
}

fs::path findRedis(const fs::path& given) {
  if (!given.empty()) {
    if (isProgram(given)) return given;
    throw EmbeddedError(
        "embedded.redis_server " + given.string() +
        " is not a program: install the Debian package redis-server, or leave it empty to have it found");
  }
  if (const auto found = findInPath("redis-server")) return *found;
  throw EmbeddedError("no redis-server in PATH: install the Debian package redis-server");
}

}  // namespace belfry::embedded
