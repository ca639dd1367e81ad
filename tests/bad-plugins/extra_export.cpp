// A symbol that another plugin, or the host, could bind to by accident.
#include "innocent.h"

BF_EXPORT int handy_little_function(void) { return 42; }

INNOCENT_ENTRY(innocent::get)
