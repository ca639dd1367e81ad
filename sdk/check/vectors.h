// Golden vectors: a plugin is a function of its inputs, so a file can say what goes in and what must come out, to the
// byte. README.md beside this says what a file holds.
//
// Every vector runs twice, the second time with the operation's state moved to another address and its arena
// overwritten before each step: both runs must emit the same (determinism, position-independence).
#pragma once

#include <string>

#include "check/manifest.h"
#include "check/report.h"

namespace belfry::check {

/// Runs every *.json of a directory, each in a child of its own (`vectors/<file>`). With `accept`, the files' emits and
/// returns are rewritten with what the plugin does instead of being compared.
void checkVectors(const std::string& plugin, const Manifest& manifest, const std::string& directory, bool accept,
                  Report& report);

}  // namespace belfry::check
