// A plugin without a fault; each file of this folder adds the one that it is named for.
#pragma once

#include <belfry/channel.h>
#include <belfry/plugin.h>

#include <cstring>

#ifndef BAD_ID
#define BAD_ID "bad"
#endif

namespace innocent {

inline bf_status create(const bf_host*, bf_str, bf_inst** out, char*, size_t) {
  *out = nullptr;
  return BF_OK;
}
inline void destroy(bf_inst*) {}
inline int32_t step(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_req*) {
  ops->fail(op, {"nothing", 7}, {"nothing", 7});
  return BF_STEP_DONE;
}
inline int32_t resume(bf_inst*, bf_op*, const bf_ops*, void*, const bf_input*) { return BF_STEP_DONE; }

inline const void* get(const char* id) {
  static const bf_channel_v1 table = {sizeof table, 0, 0, 1, 1, 0, create, destroy, step, resume};
  return std::strcmp(id, BF_CHANNEL_1) == 0 ? &table : nullptr;
}

}  // namespace innocent

#define INNOCENT_ENTRY(get)                                                   \
  extern "C" const bf_plugin* belfry_plugin_v1(void) {                        \
    static const bf_plugin plugin = {sizeof plugin, 0, BAD_ID, "1.0.0", get}; \
    return &plugin;                                                           \
  }
