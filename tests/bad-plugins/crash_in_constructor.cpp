// Dies as soon as it is loaded: the host must never find out by itself.
#include "innocent.h"

namespace {
struct Crash {
  Crash() { __builtin_trap(); }
} crash;
}  // namespace

INNOCENT_ENTRY(innocent::get)
