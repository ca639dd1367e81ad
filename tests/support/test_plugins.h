// The plugins of support/plugins, for hosts of tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace belfry::test {

/// Writes a lock file that lists built test plugins, for `--set plugins.lock=…`. Throws when one is not built.
void writeTestPluginLock(const std::filesystem::path& file, const std::vector<std::string>& ids);

/// The credential of an end user, where the tenant accepts auth plugin `test-user`.
inline std::string testUser(const std::string& tenant, const std::string& user) {
  return "test-user/" + tenant + "/" + user;
}

}  // namespace belfry::test
