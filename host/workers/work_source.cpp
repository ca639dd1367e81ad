#include "workers/work_source.h"

#include <algorithm>

#include "ports/store_error.h"

namespace belfry {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kPage = 1000;

std::vector<ReadyLane> allLanes(ReadyStore& store) {
  std::vector<ReadyLane> lanes;
  for (;;) {
    auto page = store.readyLanes(lanes.empty() ? std::nullopt : std::optional(lanes.back().lane), kPage);
    lanes.insert(lanes.end(), page.begin(), page.end());
    if (page.size() < kPage) return lanes;
  }
}

}  // namespace

WorkSource::WorkSource(WorkStore& store, ReadyStore& ready, ReadyHints* hints, Exhausted exhausted, ClaimTerms terms)
    : store_(store), ready_(ready), hints_(hints), exhausted_(std::move(exhausted)), terms_(terms) {}

std::vector<ClaimedWork> WorkSource::claim(const ClaimRoom& room, bool look) {
  bool reached = false;
  if (hints_ && hints_->reachable()) {
    auto claims = claimHinted(room, reached);
    if (!claims.empty()) return claims;
  }
  return reached && !look ? std::vector<ClaimedWork>() : claimFromLanes(room);
}

std::vector<ClaimedWork> WorkSource::claimHinted(const ClaimRoom& room, bool& reached) {
  for (;;) {
    auto taken = hints_->take(room);
    if (!taken) return {};
    reached = true;
    if (!taken->exhausted.empty()) exhausted_(std::move(taken->exhausted));
    if (taken->ready.empty()) return {};
    try {
      auto claims = store_.claim(taken->ready, terms_);
      if (!claims.empty()) return claims;  // else all were stale
    } catch (const StoreUnavailable&) {
      hints_->push(taken->ready);
      throw;
    }
  }
}

std::vector<ClaimedWork> WorkSource::claimFromLanes(const ClaimRoom& room) {
  bool fresh = lookAtLanes(room);
  for (;;) {
    auto lanes = rotation_.pick(room);
    if (!lanes.empty()) {
      auto claims = store_.claimFrom(lanes, terms_);
      rotation_.gave(lanes, claims);
      if (!claims.empty()) return claims;
    }
    if (fresh && !rotation_.holds(room)) return {};
    if (!rotation_.holds(room)) {
      next_look_ = {};
      fresh = lookAtLanes(room);
      if (!rotation_.holds(room)) return {};
    }
  }
}

/// Looks anew when the known lanes are used up or old; the more lanes there are, the older they may be, so that looking
/// takes a tenth of the time at most.
bool WorkSource::lookAtLanes(const ClaimRoom& room) {
  const auto begun = Steady::now();
  if (rotation_.holds(room) && begun < next_look_) return false;
  rotation_.known(allLanes(ready_));
  const auto ended = Steady::now();
  next_look_ = ended + std::max<Steady::duration>(std::chrono::milliseconds(10), 10 * (ended - begun));
  return true;
}

}  // namespace belfry
