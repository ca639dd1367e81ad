// Ends the process quietly, as if all were well.
#include <unistd.h>

#include "innocent.h"

namespace {
struct Exit {
  Exit() { _exit(0); }
} gone;
}  // namespace

INNOCENT_ENTRY(innocent::get)
