#include "workers/work_source.h"

#include "fakes.h"

namespace belfry::test {
namespace {

/// Hints as told.
class FakeHints final : public ReadyHints {
 public:
  bool reachable() const noexcept override { return reached; }
  bool lost() override { return false; }
  void push(std::span<const ReadyDelivery> ready) override { pushed.insert(pushed.end(), ready.begin(), ready.end()); }
  std::optional<TakenHints> take(const ClaimRoom&) override {
    ++takes;
    if (!reached) return std::nullopt;
    if (batches.empty()) return TakenHints{};
    auto batch = batches.front();
    batches.erase(batches.begin());
    return batch;
  }
  void refill(const Lane&, std::span<const DeliveryId>, bool) override {}
  std::vector<Lane> withoutHints(std::span<const Lane>) override { return {}; }

  bool reached = true;
  int takes = 0;
  std::vector<TakenHints> batches;
  std::vector<ReadyDelivery> pushed;
};

class WorkSourceTest : public ::testing::Test {
 protected:
  static TakenHints hintsOf(std::initializer_list<int> numbers) {
    TakenHints taken;
    for (int number : numbers)
      taken.ready.push_back({FakeWorkStore::laneOf(claimNumber(number)), claimNumber(number).id});
    return taken;
  }

  std::vector<ClaimedWork> claim(bool look) { return source_.claim({{Priority::medium, 10}}, look); }

  FakeWorkStore store_;
  FakeHints hints_;
  std::vector<Lane> exhausted_;
  WorkSource source_{store_,
                     store_,
                     &hints_,
                     [this](std::vector<Lane> lanes) { exhausted_ = std::move(lanes); },
                     {tenantNumber(9).value, 60s}};
};

TEST_F(WorkSourceTest, HintsAreClaimedWithoutALookAtTheLanes) {
  store_.put({claimNumber(1), claimNumber(2)});
  hints_.batches = {hintsOf({2})};
  EXPECT_THAT(claim(true), SizeIs(1));
  EXPECT_EQ(store_.looks, 0);
}

TEST_F(WorkSourceTest, StaleHintsAreFollowedByTheNext) {
  store_.put({claimNumber(3)});
  hints_.batches = {hintsOf({1, 2}), hintsOf({3})};
  EXPECT_THAT(claim(false), SizeIs(1));
}

TEST_F(WorkSourceTest, WithoutAHintTheLanesAreLookedAtOnlyWhenAsked) {
  store_.put({claimNumber(1)});
  EXPECT_THAT(claim(false), IsEmpty());
  EXPECT_EQ(store_.looks, 0);
  EXPECT_THAT(claim(true), SizeIs(1)) << "a hint was lost";
}

TEST_F(WorkSourceTest, HintsOutOfReachAreDoneWithout) {
  store_.put({claimNumber(1)});
  hints_.reached = false;
  EXPECT_THAT(claim(false), SizeIs(1));
  EXPECT_EQ(hints_.takes, 0);
}

TEST_F(WorkSourceTest, AListThatRanEmptyIsPassedOn) {
  auto taken = hintsOf({});
  taken.exhausted = {FakeWorkStore::laneOf(claimNumber(1))};
  hints_.batches = {taken};
  claim(false);
  EXPECT_EQ(exhausted_, taken.exhausted);
}

TEST_F(WorkSourceTest, HintsThatCouldNotBeClaimedGoBack) {
  hints_.batches = {hintsOf({1, 2})};
  store_.fail_claims = 1;
  EXPECT_THROW(claim(false), StoreUnavailable);
  EXPECT_THAT(hints_.pushed, SizeIs(2));
}

}  // namespace
}  // namespace belfry::test
