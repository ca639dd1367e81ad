// The manifest promises belfry.channel/1.
#include "innocent.h"

namespace {
const void* get(const char*) { return nullptr; }
}  // namespace

INNOCENT_ENTRY(get)
