// What is wrong with a plugin's tables, before anything in them is called.
#pragma once

#include <belfry/plugin.h>

#include <string>

#include "check/manifest.h"

namespace belfry::plugins {

/// Asks the entry for the interfaces that the manifest provides and checks those that this host drives: large enough
/// (larger is fine: a newer plugin), no function missing, operation state that can be had. Empty: all is well. Lets out
/// what the plugin throws.
std::string tableFault(const bf_plugin& entry, const check::Manifest& manifest);

/// What a manifest asks of this host that it does not have: another generation, services, interfaces. Empty: nothing.
std::string unmetNeed(const check::Manifest& manifest);

}  // namespace belfry::plugins
