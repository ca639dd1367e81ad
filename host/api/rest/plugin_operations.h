// admin/plugins: every plugin of this host with its manifest, loaded or not.
#pragma once

#include "api/rest/router.h"
#include "ports/channels.h"

namespace belfry {

/// The plugins must outlive the router.
void addPluginOperations(Router& router, const ChannelPlugins& plugins);

}  // namespace belfry
