#pragma once

#include <string>
#include <vector>

#include "check/manifest.h"

namespace belfry::plugins {

/// Where an instance may go: the manifest's hosts, and the host of each config value that the manifest marks (a name or
/// a URL).
std::vector<std::string> egressHosts(const check::Manifest& manifest, const std::string& config_json);

/// The property names of a manifest's options_schema.
std::vector<std::string> optionNames(const check::Manifest& manifest);

}  // namespace belfry::plugins
