#include "workers/priority_shares.h"

#include "fakes.h"

namespace belfry::test {
namespace {

int sum(const ClaimRoom& room) {
  int all = 0;
  for (const auto& [priority, count] : room) all += count;
  return all;
}

std::vector<Priority> all() { return {allPriorities().begin(), allPriorities().end()}; }

std::vector<ClaimedWork> claimsOf(Priority priority, int count) {
  std::vector<ClaimedWork> claims;
  for (int i = 0; i < count; ++i) claims.push_back({claimNumber(i, 1, priority)});
  return claims;
}

TEST(PriorityShares, NoRoomHoldsMoreThanIsFree) {
  for (int free = 1; free <= 600; ++free) {
    PriorityShares shares(all());
    for (int turn = 0; turn < 20; ++turn)
      for (const auto& room : shares.rooms(free)) {
        EXPECT_LE(sum(room), free);
        shares.used(room, claimsOf(allPriorities()[static_cast<std::size_t>(turn) % 4], turn));
      }
  }
}

TEST(PriorityShares, AllAreUsedAndSharedByWeight) {
  PriorityShares shares(all());
  auto rooms = shares.rooms(512);
  ASSERT_THAT(rooms, SizeIs(1));
  auto room = rooms[0];
  EXPECT_EQ(sum(room), 512);
  EXPECT_NEAR(room[Priority::critical], 512.0 * 8 / 15, 3);
  EXPECT_NEAR(room[Priority::high], 512.0 * 4 / 15, 3);
  EXPECT_NEAR(room[Priority::medium], 512.0 * 2 / 15, 3);
  EXPECT_NEAR(room[Priority::low], 512.0 * 1 / 15, 3);
  for (int free = 4; free < 40; ++free) EXPECT_EQ(sum(shares.rooms(free)[0]), free);
}

TEST(PriorityShares, WhatNobodyUsesGoesToWhoeverHasWork) {
  PriorityShares shares(all());
  shares.used(shares.rooms(512)[0], claimsOf(Priority::medium, 512));
  auto room = shares.rooms(512)[0];
  EXPECT_EQ(room,
            (ClaimRoom{{Priority::critical, 1}, {Priority::high, 1}, {Priority::medium, 509}, {Priority::low, 1}}));
  // A critical one comes: its single slot fills, so it gets its share again.
  auto claims = claimsOf(Priority::medium, 509);
  claims.push_back({claimNumber(1, 1, Priority::critical)});
  shares.used(room, claims);
  room = shares.rooms(512)[0];
  EXPECT_GT(room[Priority::critical], 400);
  EXPECT_GT(room[Priority::medium], 90);
}

TEST(PriorityShares, AnIdleHostSharesAsAtItsStart) {
  PriorityShares shares(all());
  shares.used(shares.rooms(512)[0], {});
  EXPECT_EQ(shares.rooms(512), PriorityShares(all()).rooms(512));
}

TEST(PriorityShares, WithFewSlotsEveryPriorityIsTried) {
  PriorityShares shares(all());
  for (int free : {1, 2, 3}) {
    ClaimRoom tried;
    for (const auto& room : shares.rooms(free)) tried.insert(room.begin(), room.end());
    EXPECT_THAT(tried, SizeIs(4)) << free;
  }
}

TEST(PriorityShares, WithOneSlotAFloodOfOnePriorityStarvesNoOther) {
  PriorityShares shares(all());
  std::map<Priority, int> first;
  for (int turn = 0; turn < 150; ++turn) ++first[shares.rooms(1)[0].begin()->first];
  EXPECT_EQ(first, (std::map<Priority, int>{
                       {Priority::critical, 80}, {Priority::high, 40}, {Priority::medium, 20}, {Priority::low, 10}}));
}

TEST(PriorityShares, ALoopOfSomePrioritiesSharesAmongThose) {
  PriorityShares shares({Priority::high, Priority::low});
  auto room = shares.rooms(50)[0];
  EXPECT_THAT(room, SizeIs(2));
  EXPECT_EQ(sum(room), 50);
  EXPECT_GT(room[Priority::high], 3 * room[Priority::low]);
  PriorityShares alone({Priority::critical});
  EXPECT_EQ(alone.rooms(1)[0], (ClaimRoom{{Priority::critical, 1}}));
}

}  // namespace
}  // namespace belfry::test
