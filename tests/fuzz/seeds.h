#pragma once

#include <string>

namespace belfry::fuzz {

/// Every vector of the plugin as inputs: its config, and its request and answers where it has them. The directory is
/// there. Throws std::runtime_error when a file cannot be written.
void writeSeeds(const std::string& directory);

}  // namespace belfry::fuzz
