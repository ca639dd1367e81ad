// Writes its reason without a look at the buffer's size.
#include "innocent.h"

namespace {
bf_status create(const bf_host* host, bf_str config, bf_inst** out, char* err, size_t cap) {
  if (innocent::create(host, config, out, err, cap) == BF_OK) return BF_OK;
  if (err != nullptr) std::strcpy(err, "this config is not {}, and nothing else is a config of mine");
  return BF_E_INVALID;
}
const void* get(const char* id) {
  static const bf_channel_v1 table = {sizeof table,     0,      0, 1, 1, 0, create, innocent::destroy, innocent::step,
                                      innocent::resume, nullptr};
  return std::strcmp(id, BF_CHANNEL_1) == 0 ? &table : nullptr;
}
}  // namespace

INNOCENT_ENTRY(get)
