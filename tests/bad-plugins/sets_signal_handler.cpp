// Takes a signal from the host.
#include <csignal>

#include "innocent.h"

namespace {
struct Handle {
  Handle() { std::signal(SIGTERM, SIG_IGN); }
} handle;
}  // namespace

INNOCENT_ENTRY(innocent::get)
