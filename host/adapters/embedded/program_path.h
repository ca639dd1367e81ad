// Finding the servers' programs, or saying which Debian package is missing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace belfry::embedded {

/// The oldest PostgreSQL that Belfry's schema runs on.
inline constexpr int kOldestPostgres = 15;

struct PostgresPrograms {
  std::filesystem::path initdb;
  std::filesystem::path postgres;
};

/// `bin_dir` when given; else, for an existing cluster, the /usr/lib/postgresql/N/bin of its version
/// (`cluster_version`: the text of PG_VERSION), for a new one the highest N; else PATH. Throws EmbeddedError naming
/// what to install.
PostgresPrograms findPostgres(const std::filesystem::path& bin_dir, const std::optional<std::string>& cluster_version);

/// `given`, or redis-server in PATH. Throws EmbeddedError.
std::filesystem::path findRedis(const std::filesystem::path& given);

}  // namespace belfry::embedded
