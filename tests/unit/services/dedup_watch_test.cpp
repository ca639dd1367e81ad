#include "services/intake/dedup_watch.h"

#include "fakes.h"

namespace belfry::test {
namespace {

/// Finds as many doubles as it is told, from the front of a group on.
class DoublingStore final : public IntakeStore {
 public:
  std::optional<IntakeOutcome> findKey(TenantId, const Digest256&, const Digest256&) override { return {}; }
  std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms&) override {
    std::vector<IntakeOutcome> outcomes(group.size(), Stored{});
    for (std::size_t i = 0; i < doubles; ++i) outcomes[i] = Stored{"{}", 1};
    return outcomes;
  }
  GroupOutcomes write(std::span<const NewNotification> group, std::span<const NewChunk>,
                      const ClaimTerms& terms) override {
    return {write(group, terms), {}};
  }
  std::size_t doubles = 0;
};

class DedupWatchTest : public ::testing::Test {
 protected:
  void write(std::size_t sends, std::size_t doubles, std::uint8_t tenant = 1, bool claims = true) {
    std::vector<NewNotification> group(sends);
    for (auto& one : group) {
      one.tenant = tenantNumber(tenant);
      if (claims) one.dedup = DedupWork{std::vector<DedupClaim>(1), {}};
    }
    store_.doubles = doubles;
    EXPECT_THAT(watch_.write(group, ClaimTerms{}), SizeIs(sends));
  }

  DoublingStore store_;
  StillClock clock_;
  std::size_t claims_ = 0, doubles_ = 0, alerts_ = 0;
  DedupWatch watch_{store_,
                    clock_,
                    silentLog(),
                    [this](std::size_t claims, std::size_t doubles, std::size_t alerts) {
                      claims_ += claims;
                      doubles_ += doubles;
                      alerts_ += alerts;
                    },
                    {0.5, 10, 1h}};
};

TEST_F(DedupWatchTest, CountsWhatIsDeduplicatedOnly) {
  write(5, 0, 1, false);
  EXPECT_EQ(claims_, 0u);
  write(5, 2);
  EXPECT_EQ(claims_, 5u);
  EXPECT_EQ(doubles_, 2u);
}

TEST_F(DedupWatchTest, WarnsOncePerPeriodAndTenant) {
  write(10, 5);
  EXPECT_EQ(alerts_, 1u);
  write(10, 10);
  EXPECT_EQ(alerts_, 1u);
  write(10, 10, 2);
  EXPECT_EQ(alerts_, 2u);
  clock_.set(noon() + 1h);
  write(10, 9);
  EXPECT_EQ(alerts_, 3u);
}

TEST_F(DedupWatchTest, FewSendsAndFewDoublesSayNothing) {
  write(9, 9);
  EXPECT_EQ(alerts_, 0u);
  clock_.set(noon() + 2h);
  write(100, 49);
  EXPECT_EQ(alerts_, 0u);
  write(2, 2);
  EXPECT_EQ(alerts_, 1u) << "51 of 102";
}

}  // namespace
}  // namespace belfry::test
