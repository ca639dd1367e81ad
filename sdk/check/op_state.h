// The state of one operation, as a host keeps it: zeroed, aligned, and movable byte by byte.
#pragma once

#include <cstddef>
#include <vector>

#include "belfry/steps.h"

namespace belfry::check {

class OpState {
 public:
  explicit OpState(const bf_machine_v1& machine);
  OpState(const OpState& other);
  OpState& operator=(const OpState&) = delete;

  void* get() { return at_; }
  /// Elsewhere, with the old place overwritten by 0x5a.
  void move();

 private:
  void place();

  std::size_t align_;
  std::size_t bytes_;
  std::vector<char> memory_;
  std::vector<std::vector<char>> graveyard_;  // kept, so that a stale pointer reads 0x5a and not the heap's next block
  char* at_ = nullptr;
};

}  // namespace belfry::check
