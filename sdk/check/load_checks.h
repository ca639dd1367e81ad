// Checks that load the plugin, each run in a process of its own (`load/…`).
#pragma once

#include <string>

#include "belfry/plugin.h"
#include "check/child.h"
#include "check/manifest.h"
#include "check/report.h"

namespace belfry::check {

/// In the child: loads the file as the host does (RTLD_NOW | RTLD_LOCAL) and calls its entry. nullptr after a failure,
/// which has been reported.
const bf_plugin* loadPlugin(ChildReport& child, const std::string& path);

/// Loads the plugin in a child and checks what it says about itself and what loading it did to the process.
void checkLoad(const std::string& path, const Manifest& manifest, Report& report);

}  // namespace belfry::check
