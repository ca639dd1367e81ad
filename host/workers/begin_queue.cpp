#include "workers/begin_queue.h"

#include <algorithm>
#include <utility>

namespace belfry {

void BeginQueue::push(Beginning beginning) {
  auto& own = waiting_[beginning.claim.tenant];
  if (own.empty()) turns_.push_back(beginning.claim.tenant);
  own.push_back(std::move(beginning));
  ++size_;
}

std::vector<Beginning> BeginQueue::take(std::size_t most) {
  std::vector<Beginning> taken;
  taken.reserve(std::min(most, size_));
  while (taken.size() < most && size_ > 0) {
    const auto tenant = turns_.front();
    turns_.pop_front();
    const auto own = waiting_.find(tenant);
    taken.push_back(std::move(own->second.front()));
    own->second.pop_front();
    --size_;
    if (own->second.empty()) waiting_.erase(own);
    else turns_.push_back(tenant);
  }
  return taken;
}

}  // namespace belfry
