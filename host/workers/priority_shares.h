// How free slots are shared among the priorities of a loop at each claim: 8 : 4 : 2 : 1, never more in all than are
// free, and never nothing for one of them for long, so that a flood of one priority starves no other.
//
// A priority that did not fill its share has nothing waiting. It then gets one slot, to notice when something comes,
// and the others get the rest; so a host that sends one priority only claims in full groups.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "ports/ready_hints.h"
#include "ports/work_store.h"

namespace belfry {

/// One thread at a time.
class PriorityShares {
 public:
  /// `priorities`: those of the loop, the most urgent first; not empty.
  explicit PriorityShares(std::vector<Priority> priorities);

  /// What to claim with `free_slots` (at least 1) free: one room, or, when there are fewer slots than priorities,
  /// several to be tried in turn until one gives something. No room holds more than `free_slots` in all.
  std::vector<ClaimRoom> rooms(int free_slots);
  /// What a room gave.
  void used(const ClaimRoom& room, std::span<const ClaimedWork> claims);

 private:
  ClaimRoom shared(int free_slots) const;
  std::vector<ClaimRoom> takenInTurn(int free_slots);

  const std::vector<Priority> priorities_;
  std::vector<Priority> turns_;  // who comes first in turn: each as often as its weight
  std::set<Priority> idle_;
  std::size_t turn_ = 0;
};

}  // namespace belfry
