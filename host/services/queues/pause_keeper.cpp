#include "services/queues/pause_keeper.h"

namespace belfry {
namespace {

constexpr int kBatch = 1000;

}  // namespace

bool PauseKeeper::turn() {
  if (turns_to_look_ <= 0 && ++turns_since_look_ < kTurnsBetween) return false;
  bool more = false;
  for (const auto& queue : store_.standing()) more = move(queue) || more;
  if (more) return true;
  turns_since_look_ = 0;
  if (turns_to_look_ > 0) --turns_to_look_;
  return false;
}

bool PauseKeeper::move(const StandingQueue& standing) {
  const bool closed = gate_.closed(standing.tenant, standing.queue);
  if (closed && standing.due) return store_.park(standing.tenant, standing.queue, kBatch) == kBatch;
  if (!closed && standing.parked) return store_.unpark(standing.tenant, standing.queue, kBatch) == kBatch;
  return false;
}

}  // namespace belfry
