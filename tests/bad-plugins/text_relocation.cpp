// Code that the loader has to patch, and so to make writable.
#include "innocent.h"

__asm__(
    ".text\n"
    ".balign 8\n"
    ".quad belfry_plugin_v1\n");

INNOCENT_ENTRY(innocent::get)
