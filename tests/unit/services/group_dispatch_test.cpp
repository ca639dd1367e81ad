#include "services/intake/group_dispatch.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class GroupDispatchTest : public ::testing::Test {
 protected:
  static NewNotification row(Priority priority, int deliveries = 1) {
    NewNotification made;
    made.tenant = tenantNumber(1);
    made.id = NotificationId::mint(noon());
    made.priority = priority;
    made.created_at = noon();
    made.request.recipient.email = "ada@example.test";
    for (int i = 0; i < deliveries; ++i) made.deliveries.push_back({DeliveryId::mint(noon()), Channel::email});
    return made;
  }

  int claimed() const {
    int count = 0;
    for (const auto& one : rows_)
      for (const auto& delivery : one.deliveries) count += delivery.claimed;
    return count;
  }

  std::vector<NewNotification> rows_;
  FakeDispatch dispatch_;
};

TEST_F(GroupDispatchTest, AsManyAreClaimedAsThereAreSlots) {
  dispatch_.slots = 3;
  rows_ = {row(Priority::medium, 2), row(Priority::medium, 2)};
  {
    GroupDispatch group(dispatch_, rows_);
    EXPECT_EQ(claimed(), 3);
    EXPECT_EQ(dispatch_.slots, 0);
    group.stored({Stored{}, Stored{}});
  }
  ASSERT_THAT(dispatch_.begun, SizeIs(3));
  EXPECT_THAT(dispatch_.waiting, SizeIs(1));
  for (const auto& one : dispatch_.begun) {
    EXPECT_EQ(one.claim.attempt, 1);
    EXPECT_EQ(one.notification.request.recipient.email, "ada@example.test") << "each has the whole request";
  }
  EXPECT_EQ(dispatch_.slots, 0) << "their slots are theirs until they are settled";
}

TEST_F(GroupDispatchTest, WhatWasNotStoredGivesItsSlotBack) {
  dispatch_.slots = 5;
  rows_ = {row(Priority::medium), row(Priority::medium)};
  {
    GroupDispatch group(dispatch_, rows_);
    group.stored({Replayed{202, "{}"}, Stored{}});
  }
  EXPECT_THAT(dispatch_.begun, SizeIs(1));
  EXPECT_EQ(dispatch_.slots, 4);
}

TEST_F(GroupDispatchTest, WhatIsDueLaterIsNotClaimed) {
  dispatch_.slots = 5;
  rows_ = {row(Priority::medium)};
  rows_[0].scheduled_at = noon() + 1h;
  {
    GroupDispatch group(dispatch_, rows_);
    EXPECT_EQ(claimed(), 0);
    group.stored({Stored{}});
  }
  EXPECT_THAT(dispatch_.begun, IsEmpty());
  EXPECT_THAT(dispatch_.waiting, IsEmpty());
  EXPECT_EQ(dispatch_.later, 1);
  EXPECT_EQ(dispatch_.slots, 5);
}

TEST_F(GroupDispatchTest, AfterAnAmbiguousCommitClaimsGoBackToTheirLanes) {
  dispatch_.slots = 5;
  rows_ = {row(Priority::medium, 2)};
  {
    GroupDispatch group(dispatch_, rows_);
    group.abandon();
  }
  EXPECT_THAT(dispatch_.released, SizeIs(2));
  EXPECT_EQ(dispatch_.slots, 5) << "each slot once";
}

TEST_F(GroupDispatchTest, ARefusedGroupKeepsNothing) {
  dispatch_.slots = 5;
  rows_ = {row(Priority::low, 2), row(Priority::critical)};
  { GroupDispatch group(dispatch_, rows_); }
  EXPECT_EQ(dispatch_.slots, 5);
}

}  // namespace
}  // namespace belfry::test
