#include "workers/lane_rotation.h"

#include "fakes.h"

namespace belfry::test {
namespace {

Lane laneOf(std::uint8_t tenant, Priority priority = Priority::medium) {
  return {priority, tenantNumber(tenant), Channel::email};
}

std::vector<ReadyLane> lanesOf(std::initializer_list<std::uint8_t> tenants) {
  std::vector<ReadyLane> lanes;
  for (auto tenant : tenants) lanes.push_back({laneOf(tenant), {}, noon()});
  return lanes;
}

int sum(const std::vector<LaneRoom>& picked) {
  int all = 0;
  for (const auto& one : picked) all += one.room;
  return all;
}

TEST(LaneRotation, TheRoomIsSharedAmongAllLanes) {
  LaneRotation rotation;
  rotation.known(lanesOf({1, 2, 3}));
  const auto picked = rotation.pick({{Priority::medium, 10}, {Priority::high, 5}});
  ASSERT_THAT(picked, SizeIs(3));
  EXPECT_EQ(sum(picked), 10);
  for (const auto& one : picked) EXPECT_GE(one.room, 3);
}

TEST(LaneRotation, WithLittleRoomLanesTakeTurns) {
  LaneRotation rotation;
  rotation.known(lanesOf({1, 2, 3, 4, 5}));
  std::map<Lane, int> served;
  for (int turn = 0; turn < 10; ++turn) {
    const auto picked = rotation.pick({{Priority::medium, 2}});
    EXPECT_EQ(sum(picked), 2);
    for (const auto& one : picked) served[one.lane] += one.room;
  }
  EXPECT_THAT(served, SizeIs(5));
  for (const auto& [lane, count] : served) EXPECT_EQ(count, 4);
}

TEST(LaneRotation, ALaneThatGaveLessThanAskedIsForgotten) {
  LaneRotation rotation;
  rotation.known(lanesOf({1, 2}));
  const auto picked = rotation.pick({{Priority::medium, 2}});
  rotation.gave(picked, std::vector<ClaimedWork>{{claimNumber(1)}});  // tenant 1
  const auto left = rotation.pick({{Priority::medium, 2}});
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].lane, laneOf(1));
  EXPECT_EQ(left[0].room, 2);
  rotation.gave(left, {});
  EXPECT_FALSE(rotation.holds({{Priority::medium, 1}}));
  EXPECT_THAT(rotation.pick({{Priority::medium, 1}}), IsEmpty());
}

TEST(LaneRotation, HoldsSaysWhetherALaneOfThePrioritiesIsKnown) {
  LaneRotation rotation;
  EXPECT_FALSE(rotation.holds({{Priority::medium, 1}}));
  rotation.known(lanesOf({1}));
  EXPECT_TRUE(rotation.holds({{Priority::medium, 1}}));
  EXPECT_FALSE(rotation.holds({{Priority::medium, 0}}));
  EXPECT_FALSE(rotation.holds({{Priority::high, 1}}));
}

}  // namespace
}  // namespace belfry::test
