// Which lanes a worker looks in when no hint says so: all that hold something due, in turn, each for its share of the
// room. So one tenant's million waits in its own lanes and keeps nobody else's next message waiting.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "ports/ready_hints.h"
#include "ports/ready_store.h"
#include "ports/work_store.h"

namespace belfry {

/// One thread at a time.
class LaneRotation {
 public:
  /// The lanes as the database has them now, in their order.
  void known(std::span<const ReadyLane> lanes);
  /// How much to claim from which lanes. Lanes that got nothing this time come first the next time.
  std::vector<LaneRoom> pick(const ClaimRoom& room);
  /// Forgets the lanes that gave less than asked: they are empty.
  void gave(std::span<const LaneRoom> asked, std::span<const ClaimedWork> claims);
  /// Whether a lane of one of these priorities is known.
  bool holds(const ClaimRoom& room) const;

 private:
  struct Ring {
    std::vector<Lane> lanes;
    std::size_t next = 0;
  };

  std::map<Priority, Ring> rings_;
};

}  // namespace belfry
