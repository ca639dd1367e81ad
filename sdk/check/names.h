// The grammars of the names in a manifest.
#pragma once

#include <string_view>

namespace belfry::check {

/// [a-z][a-z0-9-]{0,62}: plugin ids and engine names.
bool isPluginId(std::string_view text);

/// [a-z][a-z0-9_]{0,62}: config keys and secret names.
bool isKey(std::string_view text);

/// belfry.NAME/REVISION, such as belfry.channel/1.
bool isInterfaceId(std::string_view text);

/// MAJOR.MINOR.PATCH with optional -pre-release and +build (semver.org 2.0.0 §2, §9, §10).
bool isSemanticVersion(std::string_view text);

/// A DNS name in lower case (RFC 1123 §2.1), or "*." and one.
bool isHostPattern(std::string_view text);

}  // namespace belfry::check
