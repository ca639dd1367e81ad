// Refuses a config and does not say why.
#include "innocent.h"

namespace {
bf_status create(const bf_host* host, bf_str config, bf_inst** out, char*, size_t) {
  char reason[64];
  return innocent::create(host, config, out, reason, sizeof reason);
}
const void* get(const char* id) {
  static const bf_channel_v1 table = {sizeof table,     0,      0, 1, 1, 0, create, innocent::destroy, innocent::step,
                                      innocent::resume, nullptr};
  return std::strcmp(id, BF_CHANNEL_1) == 0 ? &table : nullptr;
}
}  // namespace

INNOCENT_ENTRY(get)
