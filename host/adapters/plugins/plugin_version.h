// The order of versions, and a plugin that is asked for by name or by name and version.
#pragma once

#include <string>
#include <string_view>

namespace belfry::plugins {

/// Semantic Versioning 2.0.0 §11: less than 0 when a is older than b, 0 when neither is. Both are semantic versions.
int compareVersions(std::string_view a, std::string_view b);

/// "acme-sms" or "acme-sms@1.2.0".
struct PluginName {
  std::string id;
  std::string version;  ///< empty: the newest
};
PluginName parsePluginName(std::string_view text);

}  // namespace belfry::plugins
