// The control: nothing is wrong with this one.
#include "innocent.h"

INNOCENT_ENTRY(innocent::get)
