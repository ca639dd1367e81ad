#include "kit/turn_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace belfry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Queue = TurnQueue<std::string, int>;

TEST(TurnQueue, KeepsAnOwnersOrder) {
  Queue queue;
  for (int i = 0; i < 3; ++i) queue.push("a", i);
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_THAT(queue.take(2), ElementsAre(0, 1));
  EXPECT_THAT(queue.take(2), ElementsAre(2));
  EXPECT_TRUE(queue.empty());
  EXPECT_THAT(queue.take(2), IsEmpty());
}

TEST(TurnQueue, AnItemWaitsForOneOfEachOtherOwner) {
  Queue queue;
  for (int i = 0; i < 1000; ++i) queue.push("a", 1000 + i);
  for (int i = 0; i < 500; ++i) queue.push("b", 2000 + i);
  queue.push("c", 3000);
  EXPECT_THAT(queue.take(4), ElementsAre(1000, 2000, 3000, 1001));
  EXPECT_EQ(queue.size(), 1497u);
}

TEST(TurnQueue, WhoComesBackTakesItsTurnLast) {
  Queue queue;
  queue.push("a", 1);
  queue.push("b", 2);
  EXPECT_THAT(queue.take(1), ElementsAre(1));
  queue.push("a", 3);
  EXPECT_THAT(queue.take(9), ElementsAre(2, 3));
}

}  // namespace
}  // namespace belfry
