#include "check/op_state.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace belfry::check {

OpState::OpState(const bf_machine_v1& machine)
    : align_(std::max<std::size_t>(machine.op_state_align, 1)), bytes_(machine.op_state_size) {
  place();
}

OpState::OpState(const OpState& other) : align_(other.align_), bytes_(other.bytes_) {
  place();
  if (bytes_ != 0) std::memcpy(at_, other.at_, bytes_);
}

void OpState::move() {
  std::vector<char> old = std::move(memory_);
  const char* from = at_;
  place();
  if (bytes_ != 0) std::memcpy(at_, from, bytes_);
  std::fill(old.begin(), old.end(), '\x5a');
  graveyard_.push_back(std::move(old));
}

void OpState::place() {
  memory_.assign(bytes_ + align_, '\0');
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
  at_ = memory_.data() + ((address + align_ - 1) / align_ * align_ - address);
}

}  // namespace belfry::check
