// Plugins as the API shows them: where their files lie on this machine is left out.
#pragma once

#include "kit/json.h"
#include "ports/channels.h"

namespace belfry {

void writePlugin(JsonWriter& json, const PluginInfo& plugin);

}  // namespace belfry
