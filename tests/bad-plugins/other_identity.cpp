// Says another id than its manifest.
#define BAD_ID "good"
#include "innocent.h"

INNOCENT_ENTRY(innocent::get)
