#include "engine.h"

#include <belfry/template_plugin.hpp>

// The build takes both from manifest.json.
BELFRY_TEMPLATE_PLUGIN(belfry::mustache::Engine, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
