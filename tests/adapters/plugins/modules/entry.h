// The entry of a test module.
#pragma once

#include <belfry/plugin.h>

#define MODULE_ENTRY(get)                                                            \
  const bf_plugin* belfry_plugin_v1(void) {                                          \
    static const bf_plugin plugin = {sizeof(bf_plugin), 0, MODULE_ID, "1.0.0", get}; \
    return &plugin;                                                                  \
  }
