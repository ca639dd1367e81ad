#include "workers/priority_shares.h"

#include <algorithm>

namespace belfry {
namespace {

int weightOf(Priority priority) { return 8 >> toNumber(priority); }

/// Each priority as often as its weight, spread evenly: the one that is furthest behind its share comes next.
std::vector<Priority> spread(const std::vector<Priority>& priorities) {
  int total = 0;
  for (auto priority : priorities) total += weightOf(priority);
  std::vector<int> owed(priorities.size(), 0);
  std::vector<Priority> turns;
  for (int turn = 0; turn < total; ++turn) {
    for (std::size_t i = 0; i < priorities.size(); ++i) owed[i] += weightOf(priorities[i]);
    auto most = std::max_element(owed.begin(), owed.end());
    *most -= total;
    turns.push_back(priorities[static_cast<std::size_t>(most - owed.begin())]);
  }
  return turns;
}

}  // namespace

PriorityShares::PriorityShares(std::vector<Priority> priorities)
    : priorities_(std::move(priorities)), turns_(spread(priorities_)) {}

std::vector<ClaimRoom> PriorityShares::rooms(int free_slots) {
  if (free_slots < static_cast<int>(priorities_.size())) return takenInTurn(free_slots);
  return {shared(free_slots)};
}

void PriorityShares::used(const ClaimRoom& room, std::span<const ClaimedWork> claims) {
  for (const auto& [priority, most] : room) {
    auto got = std::count_if(claims.begin(), claims.end(),
                             [p = priority](const auto& one) { return one.claim.priority == p; });
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
  for (Priority priority : priorities_) {
    room[priority] = 1;
    if (idle_.size() < priorities_.size() && idle_.contains(priority)) continue;
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
  std::vector<Priority> order{turns_[turn_++ % turns_.size()]};
  for (Priority priority : priorities_)
    if (priority != order.front()) order.push_back(priority);
  std::vector<ClaimRoom> rooms;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i % static_cast<std::size_t>(free_slots) == 0) rooms.emplace_back();
    rooms.back()[order[i]] = 1;
  }
  return rooms;
}

}  // namespace belfry
