// Whether something that is done again and again leaves memory behind.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <functional>

namespace belfry::check {

/// Bytes by which the heap grows with each call of `once`; 0 when it does not. What the allocator keeps for itself
/// moves by a few KiB, which looks like a leak: only what every one of several windows has lost counts.
inline std::size_t heapGrowth(std::size_t rounds, const std::function<void()>& once) {
  constexpr int kWindows = 4;
  constexpr std::ptrdiff_t kNoise = 4096;
  const std::size_t window = std::max<std::size_t>(rounds / kWindows, 250);
  const auto inUse = [] { return static_cast<std::ptrdiff_t>(mallinfo2().uordblks); };
  std::ptrdiff_t least = 0;
  for (int i = 0; i < kWindows; ++i) {
    const auto before = inUse();
    for (std::size_t k = 0; k < window; ++k) once();
    const auto grown = inUse() - before;
    if (grown <= kNoise) return 0;
    least = i == 0 ? grown : std::min(least, grown);
  }
  return static_cast<std::size_t>(least) / window;
}

}  // namespace belfry::check
