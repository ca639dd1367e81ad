// Needs a function that nobody has.
#include "innocent.h"

extern "C" int somebody_will_have_this(void);

namespace {
const void* get(const char* id) { return id[0] == '?' && somebody_will_have_this() ? nullptr : innocent::get(id); }
}  // namespace

INNOCENT_ENTRY(get)
