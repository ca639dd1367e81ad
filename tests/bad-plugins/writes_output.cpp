// Talks on stdout, which belongs to the host.
#include <cstdio>

#include "innocent.h"

namespace {
struct Hello {
  Hello() { std::puts("hello from the plugin"); }
} hello;
}  // namespace

INNOCENT_ENTRY(innocent::get)
