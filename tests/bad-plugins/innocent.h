// A plugin without a fault; each file of this folder adds the one that it is named for.
#pragma once

#include <belfry/channel.h>
#include <belfry/plugin.h>

#include <cstring>

#ifndef BAD_ID
#define BAD_ID "bad"
#endif

namespace innocent {

inline bf_status create(const bf_host*, bf_str config, bf_inst** out, char* err, size_t cap) {
  if (config.n == 2 && std::memcmp(config.p, "{}", 2) == 0) {
    *out = nullptr;
    return BF_OK;
  }
  const char reason[] = "the config is not {}";
  if (err != nullptr && cap != 0) {
    const size_t n = cap < sizeof reason ? cap : sizeof reason;
    std::memcpy(err, reason, n);
    err[n - 1] = '\0';
  }
  return BF_E_INVALID;
}
inline void destroy(bf_inst*) {}
inline int32_t step(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_req*) {
  if (BF_HAS(ops, fail)) ops->fail(op, {"unsupported", 11}, {"nothing", 7});
  return BF_STEP_DONE;
}
inline int32_t resume(bf_inst*, bf_op*, const bf_ops*, void*, const bf_input*) { return BF_STEP_DONE; }

inline const void* get(const char* id) {
  static const bf_channel_v1 table = {sizeof table, 0, 0, 1, 1, 0, create, destroy, step, resume, nullptr};
  return std::strcmp(id, BF_CHANNEL_1) == 0 ? &table : nullptr;
}

}  // namespace innocent

#define INNOCENT_ENTRY(get)                                                   \
  extern "C" const bf_plugin* belfry_plugin_v1(void) {                        \
    static const bf_plugin plugin = {sizeof plugin, 0, BAD_ID, "1.0.0", get}; \
    return &plugin;                                                           \
  }
