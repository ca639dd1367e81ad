// Starts processes.
#include <unistd.h>

#include "innocent.h"

namespace {
const void* get(const char* id) {
  if (id[0] == '?') return reinterpret_cast<const void*>(static_cast<intptr_t>(fork()));
  return innocent::get(id);
}
}  // namespace

INNOCENT_ENTRY(get)
