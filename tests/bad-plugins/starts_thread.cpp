// A thread of its own from the moment it is loaded.
#include <pthread.h>
#include <unistd.h>

#include "innocent.h"

namespace {
void* idle(void*) {
  for (;;) pause();
}
struct Start {
  Start() {
    pthread_t thread;
    pthread_create(&thread, nullptr, idle, nullptr);
  }
} start;
}  // namespace

INNOCENT_ENTRY(innocent::get)
