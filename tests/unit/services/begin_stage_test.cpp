#include "workers/begin_stage.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class BeginStageTest : public ::testing::Test {
 protected:
  static std::vector<Beginning> beginnings(int count) {
    std::vector<Beginning> made;
    for (int i = 0; i < count; ++i) made.push_back({claimNumber(i), std::nullopt, {}});
    return made;
  }

  static constexpr std::size_t kMark = 32;

  std::mutex held_;  // whoever has it holds the stage up
  std::atomic<int> begun_{0};
  std::atomic<int> told_{0};
  BeginStage stage_{"stage", kMark,
                    [this](Beginning) {
                      std::lock_guard lock(held_);
                      ++begun_;
                    },
                    [this] { ++told_; }};
};

TEST_F(BeginStageTest, SaysOnceWhenThereIsRoomAgain) {
  stage_.start();
  {
    std::lock_guard lock(held_);
    auto some = beginnings(100);
    ASSERT_TRUE(stage_.push(some));
    EXPECT_FALSE(stage_.room());
  }
  EXPECT_TRUE(waitUntil(10s, [&] { return begun_ == 100; }));
  EXPECT_TRUE(stage_.room());
  EXPECT_EQ(told_, 1);
}

TEST_F(BeginStageTest, BelowTheMarkNobodyIsTold) {
  stage_.start();
  auto some = beginnings(static_cast<int>(kMark) - 1);
  ASSERT_TRUE(stage_.push(some));
  EXPECT_TRUE(waitUntil(10s, [&] { return begun_ == static_cast<int>(kMark) - 1; }));
  EXPECT_EQ(told_, 0);
}

TEST_F(BeginStageTest, BeginsWhatWaitsBeforeItStopsAndNothingAfterwards) {
  auto some = beginnings(50);
  ASSERT_TRUE(stage_.push(some));
  stage_.start();
  stage_.stop();
  EXPECT_EQ(begun_, 50);
  auto late = beginnings(2);
  EXPECT_FALSE(stage_.push(late));
  EXPECT_THAT(late, SizeIs(2)) << "they are still the caller's";
  EXPECT_EQ(begun_, 50);
}

}  // namespace
}  // namespace belfry::test
