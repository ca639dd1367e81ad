// Has a table for every interface, known or not.
#include "innocent.h"

namespace {
const void* get(const char*) { return innocent::get(BF_CHANNEL_1); }
}  // namespace

INNOCENT_ENTRY(get)
