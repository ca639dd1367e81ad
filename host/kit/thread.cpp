#include "kit/thread.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace belfry {

void nameThread(std::string_view name) {
  // It can only fail for a name over 15 bytes or a thread that is gone; neither can be here.
  pthread_setname_np(pthread_self(), std::string(name.substr(0, 15)).c_str());
}

void StopSignal::requestStop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

bool StopSignal::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

bool StopSignal::waitFor(Duration limit) {
  constexpr Duration kLongest = std::chrono::hours(24 * 365);  // now + Duration::max() would overflow
  std::unique_lock lock(mutex_);
  if (!pending_) {
    const auto seen = notifications_;
    ++waiting_;
    changed_.wait_for(lock, std::min(limit, kLongest), [&] { return stopped_ || notifications_ != seen; });
    --waiting_;
  }
  pending_ = false;
  return stopped_;
}

void StopSignal::notify() {
  {
    const std::lock_guard lock(mutex_);
    ++notifications_;
    if (waiting_ == 0) pending_ = true;
  }
  changed_.notify_all();
}

}  // namespace belfry
