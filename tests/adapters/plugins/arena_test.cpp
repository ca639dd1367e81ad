// Memory of one operation.
#include "adapters/plugins/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>

namespace belfry::test {
namespace {

using plugins::Arena;

TEST(PluginArena, PiecesAreAlignedAndApart) {
  Arena arena(1 << 20);
  for (std::size_t align = 1; align <= 4096; align *= 2) {
    auto* first = static_cast<char*>(arena.allocate(100, align));
    auto* second = static_cast<char*>(arena.allocate(100, align));
    ASSERT_NE(first, nullptr);
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % align, 0u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second) % align, 0u);
    std::memset(first, 1, 100);
    std::memset(second, 2, 100);
    EXPECT_EQ(first[99], 1);
  }
}

TEST(PluginArena, WrongAlignmentsAndSizesAreRefused) {
  Arena arena(1 << 20);
  for (std::size_t align : {0ul, 3ul, 8192ul, std::numeric_limits<std::size_t>::max()})
    EXPECT_EQ(arena.allocate(8, align), nullptr) << align;
  EXPECT_EQ(arena.allocate(std::numeric_limits<std::size_t>::max(), 8), nullptr);
  EXPECT_EQ(arena.allocate(std::numeric_limits<std::size_t>::max() - 4, 4096), nullptr);
  EXPECT_EQ(arena.allocate((1 << 20) + 1, 1), nullptr);
  EXPECT_NE(arena.allocate(8, 8), nullptr);
}

TEST(PluginArena, TheLimitIsReachedAndNeverPassed) {
  constexpr std::size_t kLimit = 100'000;
  Arena arena(kLimit);
  std::size_t taken = 0;
  while (arena.allocate(1000, 8) != nullptr) taken += 1000;
  EXPECT_GT(taken, kLimit / 2);
  EXPECT_LE(taken, kLimit);
}

}  // namespace
}  // namespace belfry::test
