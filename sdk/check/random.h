// Numbers that look random and are the same every time.
#pragma once

#include <cstdint>

namespace belfry::check {

/// Steele, Lea, Flood: SplitMix64 (OOPSLA 2014).
inline std::uint64_t splitMix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace belfry::check
