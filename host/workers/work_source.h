// Where a delivery loop gets its claims: by hints when they are in reach, else lane by lane from the database. Both
// ways end in the same compare-and-set, so they may change at any time.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "ports/ready_hints.h"
#include "ports/ready_store.h"
#include "ports/work_store.h"
#include "workers/lane_rotation.h"

namespace belfry {

/// One thread at a time.
class WorkSource {
 public:
  /// Called with lanes whose list of hints ran empty though more waits.
  using Exhausted = std::function<void(std::vector<Lane>)>;

  /// `hints` may be null: there are none.
  WorkSource(WorkStore& store, ReadyStore& ready, ReadyHints* hints, Exhausted exhausted, ClaimTerms terms);

  /// Claims for as much room as there is. `look`: the database may hold what no hint tells of.
  std::vector<ClaimedWork> claim(const ClaimRoom& room, bool look);
  const ClaimTerms& terms() const { return terms_; }
  WorkStore& store() { return store_; }

 private:
  std::vector<ClaimedWork> claimHinted(const ClaimRoom& room, bool& reached);
  std::vector<ClaimedWork> claimFromLanes(const ClaimRoom& room);
  bool lookAtLanes(const ClaimRoom& room);

  WorkStore& store_;
  ReadyStore& ready_;
  ReadyHints* hints_;
  const Exhausted exhausted_;
  const ClaimTerms terms_;
  LaneRotation rotation_;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace belfry
