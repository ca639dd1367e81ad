#include "services/delivery/rescue_rules.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class RescueRules : public ::testing::Test {
 protected:
  RescuePolicy policy(LeasePolicy configured, Channel channel = Channel::email) {
    directory_.reload();
    return rescuePolicy(directory_, catalogue_.tenant.id, channel, {configured, 4, {}, false});
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  Directory directory_{catalogue_, plugins_, silentLog()};
};

TEST_F(RescueRules, TheChannelsPolicyDecidesWhereNothingIsBetter) {
  catalogue_.add("mail");
  for (auto configured : {LeasePolicy::resend, LeasePolicy::hold}) {
    auto found = policy(configured);
    EXPECT_EQ(found.lease_policy, configured);
    EXPECT_EQ(found.max_attempts, 4);
    EXPECT_EQ(found.rule, "lease_expired.email");
    EXPECT_FALSE(found.askable);
  }
}

TEST_F(RescueRules, AProviderThatDropsDoublesIsRepeatedWhateverThePolicySays) {
  plugins_.channel->trusted = {true, true};
  catalogue_.add("mail");
  auto found = policy(LeasePolicy::hold);
  EXPECT_EQ(found.lease_policy, LeasePolicy::resend);
  EXPECT_EQ(found.rule, "provider_idempotent");
  EXPECT_FALSE(found.askable) << "there is no need to ask";
}

TEST_F(RescueRules, WithASecondProviderNobodyKnowsWhoHadIt) {
  plugins_.channel->trusted = {true, false};
  catalogue_.add("mail");
  catalogue_.add("other").enabled = false;
  EXPECT_EQ(policy(LeasePolicy::hold).lease_policy, LeasePolicy::hold);
}

TEST_F(RescueRules, AProviderThatCanBeAskedIsAskedFirst) {
  plugins_.channel->trusted = {false, true};
  catalogue_.add("mail");
  auto found = policy(LeasePolicy::resend);
  EXPECT_TRUE(found.askable);
  EXPECT_EQ(found.lease_policy, LeasePolicy::resend) << "for when nobody can say";
  EXPECT_EQ(found.rule, "provider_status");
  EXPECT_FALSE(policy(LeasePolicy::hold, Channel::sms).askable) << "it serves another channel";
}

TEST_F(RescueRules, ADisabledProviderMayHaveHadItAndIsAskedToo) {
  plugins_.channel->trusted = {false, true};
  catalogue_.add("mail").enabled = false;
  EXPECT_TRUE(policy(LeasePolicy::hold).askable);
}

}  // namespace
}  // namespace belfry::test
