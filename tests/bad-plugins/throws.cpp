// Lets an exception cross.
#include "courier.h"

namespace {
struct Bad : courier::Courier<Bad> {
  static std::int32_t fall(bf_inst*, bf_op*, const bf_ops*, void*, const bf_req*) { throw std::string("not caught"); }
  static const void* interfaceTable(std::string_view id) {
    static bf_channel_v1 table = *static_cast<const bf_channel_v1*>(Courier::interfaceTable(BF_CHANNEL_1));
    table.begin = fall;
    return id == BF_CHANNEL_1 ? &table : nullptr;
  }
};
}  // namespace

COURIER_PLUGIN(Bad)
