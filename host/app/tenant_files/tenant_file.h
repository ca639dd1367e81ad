// One tenant as a file describes it (schemas/config/tenant.schema.json). Whether its plugins exist, whether their
// schemas accept the config and whether the secrets can be found is for the reconciler to say.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/config/config_error.h"
#include "kit/result.h"
#include "model/dedup.h"
#include "model/vocabulary.h"

namespace belfry {

/// Where a secret is found; never the secret itself.
struct SecretLocation {
  enum class Kind { environment, file };
  Kind kind = Kind::environment;
  std::string name;  ///< the variable, or the absolute path
};

struct ProviderEntry {
  std::string id;
  std::string plugin;
  Channel channel{};
  int priority = 1;
  int weight = 1;
  bool enabled = true;
  bool simulate = false;
  std::string config_json = "{}";  ///< compact; the plugin's own keys
  std::map<std::string, SecretLocation> secrets;
  std::optional<std::string> callback_id;
  std::string source;  ///< `FILE:LINE`, for messages
};

struct TenantFile {
  std::filesystem::path path;
  std::string slug;
  std::string name;  ///< the slug when the file gives none
  std::vector<std::string> auth;
  std::optional<SecretLocation> subscriber_secret;
  std::vector<ProviderEntry> providers;
  DedupPolicy dedup;
};

/// All errors of the file at once. Values of secrets never appear in them.
Result<TenantFile, std::vector<ConfigError>> parseTenantFile(const std::filesystem::path& path);

/// The good files of a directory beside what is wrong with the others: one broken file leaves the others alone. Of two
/// files for one tenant, or with one callback id, the second by name is refused.
struct TenantFiles {
  std::vector<TenantFile> tenants;
  std::vector<ConfigError> errors;
  std::vector<std::filesystem::path> broken;  ///< files that `errors` speak of
};
TenantFiles readTenantFiles(const std::filesystem::path& directory);

}  // namespace belfry
