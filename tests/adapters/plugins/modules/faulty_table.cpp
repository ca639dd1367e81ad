// A channel plugin with one thing wrong in its entry or table: FAULT says which.
#include <belfry/channel.h>

#include <cstring>
#include <stdexcept>

#include "entry.h"

namespace {

enum class Fault {
  NONE,
  SMALL_ENTRY,
  NO_GET,
  OTHER_VERSION,
  SMALL_TABLE,
  LARGE_TABLE,
  NO_STEP,
  HUGE_STATE,
  ODD_ALIGNMENT,
  NO_BATCH,
  THROWS_IN_GET,
  ANSWERS_ANYTHING
};
constexpr Fault kFault = Fault::FAULT;

int instance;

bf_status create(const bf_host*, bf_str, bf_inst** out, char*, size_t) {
  *out = reinterpret_cast<bf_inst*>(&instance);
  return BF_OK;
}
void destroy(bf_inst*) {}
int32_t begin(bf_inst*, bf_op* op, const bf_ops* ops, void*, const bf_req*) {
  bf_result result{};
  result.size = sizeof result;
  result.outcome = BF_ACCEPTED;
  ops->result(op, &result);
  return BF_STEP_DONE;
}
int32_t resume(bf_inst*, bf_op*, const bf_ops*, void*, const bf_input*) { return BF_STEP_DONE; }

/// A newer header's table has more members at its end.
struct Table {
  bf_channel_v1 known;
  int32_t (*later)();
};

uint32_t tableSize() {
  if (kFault == Fault::SMALL_TABLE) return offsetof(bf_channel_v1, batch_key) - 8;
  return kFault == Fault::LARGE_TABLE ? sizeof(Table) : sizeof(bf_channel_v1);
}

const void* get(const char* id) {
  if (kFault == Fault::THROWS_IN_GET) throw std::runtime_error("no tables today");
  static const Table table = {
      {tableSize(), 0, kFault == Fault::HUGE_STATE ? 0x7fffffffu : 8u, kFault == Fault::ODD_ALIGNMENT ? 24u : 8u,
       kFault == Fault::NO_BATCH ? 0u : 1u, 0, create, destroy, begin, kFault == Fault::NO_STEP ? nullptr : resume},
      nullptr};
  bool known = std::strcmp(id, BF_CHANNEL_1) == 0 || std::strcmp(id, "belfry.channel/2") == 0;
  return known || kFault == Fault::ANSWERS_ANYTHING ? &table : nullptr;
}

}  // namespace

const bf_plugin* belfry_plugin_v1(void) {
  static const bf_plugin plugin = {kFault == Fault::SMALL_ENTRY ? 16u : static_cast<uint32_t>(sizeof(bf_plugin)), 0,
                                   MODULE_ID, kFault == Fault::OTHER_VERSION ? "1.0.1" : "1.0.0",
                                   kFault == Fault::NO_GET ? nullptr : get};
  return &plugin;
}
