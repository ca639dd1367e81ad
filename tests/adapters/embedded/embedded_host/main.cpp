// Owns EmbeddedServices on the directory given until SIGTERM: what the tests kill.
//
//   embedded_host DIR     prints `ready URL` once both servers answer; code 0 after a clean stop, 1 with the error's
//   line
#include <signal.h>

#include <cstdio>

#include "adapters/embedded/embedded_services.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  try {
    belfry::Log log;
    belfry::EmbeddedServices services({.data_dir = argv[1]}, log);
    std::printf("ready %s\n", services.start().database_url.c_str());
    std::fflush(stdout);
    int received = 0;
    sigwait(&ending, &received);
    services.stop();
    return 0;
  } catch (const belfry::EmbeddedError& error) {
    std::fprintf(stderr, "embedded_host: %s\n", error.what());
    return 1;
  }
}
