// Whether something that is done again and again leaves memory behind.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <functional>

namespace belfry::check {

/// Bytes by which the heap grows with each call of `once`. The allocator's own stores fill up at first, which looks
/// like a leak: the least of several windows counts.
inline std::size_t heapGrowth(std::size_t rounds, const std::function<void()>& once) {
  constexpr int kWindows = 4;
  const auto inUse = [] { return static_cast<std::ptrdiff_t>(mallinfo2().uordblks); };
  std::ptrdiff_t least = 0;
  for (int window = 0; window < kWindows; ++window) {
    const auto before = inUse();
    for (std::size_t i = 0; i < rounds / kWindows; ++i) once();
    const auto grown = inUse() - before;
    least = window == 0 ? grown : std::min(least, grown);
  }
  const auto each = least / static_cast<std::ptrdiff_t>(std::max<std::size_t>(rounds / kWindows, 1));
  return each > 0 ? static_cast<std::size_t>(each) : 0;
}

}  // namespace belfry::check
