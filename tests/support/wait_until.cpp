#include "support/wait_until.h"

#include <poll.h>

#include <algorithm>
#include <ctime>

namespace belfry::test {

bool waitUntil(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  auto pause = std::chrono::milliseconds(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return condition();
    const timespec span{0, static_cast<long>(std::chrono::nanoseconds(pause).count())};
    ppoll(nullptr, 0, &span, nullptr);
    pause = std::min(pause * 2, std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace belfry::test
