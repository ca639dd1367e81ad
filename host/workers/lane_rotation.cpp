#include "workers/lane_rotation.h"

#include <algorithm>

namespace belfry {

void LaneRotation::known(std::span<const ReadyLane> lanes) {
  for (auto& [priority, ring] : rings_) ring.lanes.clear();
  for (const auto& ready : lanes) rings_[ready.lane.priority].lanes.push_back(ready.lane);
}

std::vector<LaneRoom> LaneRotation::pick(const ClaimRoom& room) {
  std::vector<LaneRoom> picked;
  for (const auto& [priority, most] : room) {
    auto& ring = rings_[priority];
    const auto lanes = ring.lanes.size();
    if (lanes == 0 || most <= 0) continue;
    const auto visited = std::min(lanes, static_cast<std::size_t>(most));
    const int share = most / static_cast<int>(visited);
    int extra = most % static_cast<int>(visited);
    for (std::size_t i = 0; i < visited; ++i) {
      picked.push_back({ring.lanes[(ring.next + i) % lanes], share + (extra > 0 ? 1 : 0)});
      --extra;
    }
    ring.next = (ring.next + visited) % lanes;
  }
  return picked;
}

void LaneRotation::gave(std::span<const LaneRoom> asked, std::span<const ClaimedWork> claims) {
  std::map<Lane, int> got;
  for (const auto& one : claims) ++got[{one.claim.priority, one.claim.tenant, one.claim.channel}];
  for (const auto& [lane, room] : asked) {
    if (got[lane] == room) continue;
    auto& ring = rings_[lane.priority];
    const auto found = std::find(ring.lanes.begin(), ring.lanes.end(), lane);
    if (found == ring.lanes.end()) continue;
    const auto place = static_cast<std::size_t>(found - ring.lanes.begin());
    ring.lanes.erase(found);
    if (place < ring.next) --ring.next;
    if (ring.next >= ring.lanes.size()) ring.next = 0;
  }
}

bool LaneRotation::holds(const ClaimRoom& room) const {
  return std::any_of(room.begin(), room.end(), [&](const auto& wanted) {
    const auto ring = rings_.find(wanted.first);
    return wanted.second > 0 && ring != rings_.end() && !ring->second.lanes.empty();
  });
}

}  // namespace belfry
