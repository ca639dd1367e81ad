// Loads, and aborts when it is asked for its table.
#include <cstdlib>

#include "innocent.h"

extern "C" const bf_plugin* belfry_plugin_v1(void) { std::abort(); }
