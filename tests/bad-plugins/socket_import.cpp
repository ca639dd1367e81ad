// Calls out by itself.
#include <sys/socket.h>

#include "innocent.h"

namespace {
const void* get(const char* id) {
  if (id[0] == '?') return reinterpret_cast<const void*>(static_cast<intptr_t>(socket(AF_INET, SOCK_STREAM, 0)));
  return innocent::get(id);
}
}  // namespace

INNOCENT_ENTRY(get)
