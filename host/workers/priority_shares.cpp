#include "workers/priority_shares.h"

#include <algorithm>
#include <array>

namespace belfry {
namespace {

int weightOf(Priority priority) { return 8 >> toNumber(priority); }

/// Who comes first when there are fewer slots than priorities: the same 8 : 4 : 2 : 1 over fifteen turns.
Priority firstAt(std::size_t turn) {
  using enum Priority;
  static constexpr std::array kTurns{critical, high, critical, medium, critical, high, critical, low,
                                     critical, high, critical, medium, critical, high, critical};
  return kTurns[turn % kTurns.size()];
}

}  // namespace

std::vector<ClaimRoom> PriorityShares::rooms(int free_slots) {
  if (free_slots < static_cast<int>(allPriorities().size())) return takenInTurn(free_slots);
  return {shared(free_slots)};
}

void PriorityShares::used(const ClaimRoom& room, std::span<const ClaimedDelivery> claims) {
  for (const auto& [priority, most] : room) {
    auto got =
        std::count_if(claims.begin(), claims.end(), [p = priority](const auto& claim) { return claim.priority == p; });
    if (got < most) {
      idle_.insert(priority);
    } else {
      idle_.erase(priority);
    }
  }
}

ClaimRoom PriorityShares::shared(int free_slots) const {
  ClaimRoom room;
  std::vector<Priority> busy;
  int weights = 0;
  for (Priority priority : allPriorities()) {
    room[priority] = 1;
    if (idle_.size() < allPriorities().size() && idle_.contains(priority)) continue;
    busy.push_back(priority);
    weights += weightOf(priority);
  }
  const int rest = free_slots - static_cast<int>(room.size());
  int given = 0;
  for (Priority priority : busy) {
    int share = rest * weightOf(priority) / weights;
    room[priority] += share;
    given += share;
  }
  room[busy.front()] += rest - given;
  return room;
}

std::vector<ClaimRoom> PriorityShares::takenInTurn(int free_slots) {
  std::vector<Priority> order{firstAt(turn_++)};
  for (Priority priority : allPriorities())
    if (priority != order.front()) order.push_back(priority);
  std::vector<ClaimRoom> rooms;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i % static_cast<std::size_t>(free_slots) == 0) rooms.emplace_back();
    rooms.back()[order[i]] = 1;
  }
  return rooms;
}

}  // namespace belfry
