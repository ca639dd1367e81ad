// An entry that answers nothing.
#include "innocent.h"

extern "C" const bf_plugin* belfry_plugin_v1(void) { return nullptr; }
