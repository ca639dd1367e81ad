// Goes wrong while the loader runs its constructors, in the way that FAULT says.
#include <belfry/channel.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "entry.h"

namespace {

enum class Fault { HANGS, HANGS_SILENTLY, LEAVES_A_CHILD, PRINTS_MUCH };

struct Constructor {
  Constructor() {
    switch (Fault::FAULT) {
      case Fault::HANGS_SILENTLY: close(STDERR_FILENO); [[fallthrough]];
      case Fault::HANGS:
        for (;;) pause();
      case Fault::LEAVES_A_CHILD:
        // It holds standard error for as long as it lives. (Names itself, so that a test can look for it.)
        if (fork() == 0) {
          execl("/bin/sleep", "belfry-left-child", "600", static_cast<char*>(nullptr));
          _exit(1);
        }
        break;
      case Fault::PRINTS_MUCH:
        for (int i = 0; i < 20'000; ++i) std::fputs("the plugin is being loaded\n", stderr);
        break;
    }
  }
} constructor;

bf_status create(const bf_host*, bf_str, bf_inst** out, char*, size_t) {
  *out = reinterpret_cast<bf_inst*>(&constructor);
  return BF_OK;
}
void destroy(bf_inst*) {}
int32_t begin(bf_inst*, bf_op*, const bf_ops*, void*, const bf_req*) { return BF_STEP_DONE; }
int32_t resume(bf_inst*, bf_op*, const bf_ops*, void*, const bf_input*) { return BF_STEP_DONE; }

const bf_channel_v1 kTable = {sizeof kTable, 0, 0, 0, 1, 0, create, destroy, begin, resume};

const void* get(const char* id) { return std::strcmp(id, BF_CHANNEL_1) == 0 ? &kTable : nullptr; }

}  // namespace

MODULE_ENTRY(get)
