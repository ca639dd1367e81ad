// Devices: one row per token of a tenant, owned by whoever registered it last.
#include "adapters/postgres/pg_device_store.h"

#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

constexpr const char* kAda = "user_ada";
constexpr const char* kBob = "user_bob";

class DeviceStoreTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    tenant_ = newTenant();
  }

  static NewDevice phone(const std::string& token) { return {token, Platform::android, "Phone", {"news", "orders"}}; }
  Registration put(const std::string& user, const std::string& token, int most = 20) {
    return devices_.put(tenant_, user, phone(token), most);
  }
  std::vector<std::string> tokens(const std::string& user) {
    std::vector<std::string> found;
    for (const auto& device : devices_.live(tenant_, user)) found.push_back(device.token);
    return found;
  }
  static ClaimedDelivery claimed(TenantId tenant) {
    storedMail(tenant);
    return claimDue(*stores_, {{Priority::medium, 1}}, 60s, newUuidV7(stores_->clock.now())).at(0);
  }
  /// Ends an attempt that taught something about a device.
  std::size_t settle(DeviceReport device, int later_attempt = 0) {
    const auto claim = claimed(tenant_);
    Settlement made{};
    made.tenant = claim.tenant;
    made.delivery = claim.id;
    made.attempt = claim.attempt + later_attempt;
    made.state = device.dead_reason.empty() ? DeliveryState::sent : DeliveryState::bounced;
    made.events = {{EventType::sending, stores_->clock.now(), claim.attempt, "fcm", ""}};
    made.device = std::move(device);
    return stores_->work.settle({&made, 1}).ended.size();
  }

  TenantId tenant_;
  PgDeviceStore& devices_ = stores_->devices;
};

TEST_F(DeviceStoreTest, RegistersAndLists) {
  const auto made = put(kAda, "token-1");
  EXPECT_TRUE(made.fresh);
  EXPECT_THAT(made.replaced, IsEmpty());
  const auto listed = devices_.list(tenant_, kAda);
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0].id, made.device.id);
  EXPECT_EQ(listed[0].user_id, kAda);
  EXPECT_EQ(listed[0].given.token, "token-1");
  EXPECT_EQ(listed[0].given.platform, Platform::android);
  EXPECT_EQ(listed[0].given.name, "Phone");
  EXPECT_THAT(listed[0].given.topics, ElementsAre("news", "orders"));
  EXPECT_FALSE(listed[0].disabled_at);
}

TEST_F(DeviceStoreTest, TheSameTokenIsRefreshed) {
  const auto first = put(kAda, "token-1");
  const auto again = devices_.put(tenant_, kAda, {"token-1", Platform::ios, "New name", {}}, 20);
  EXPECT_FALSE(again.fresh);
  EXPECT_EQ(again.device.id, first.device.id);
  EXPECT_EQ(again.device.given.platform, Platform::ios);
  EXPECT_EQ(again.device.given.name, "New name");
  EXPECT_EQ(again.device.created_at, first.device.created_at);
  EXPECT_GT(again.device.refreshed_at, first.device.refreshed_at);
  EXPECT_EQ(count("device_tokens"), 1);
}

TEST_F(DeviceStoreTest, ATokenMovesToWhoRegistersItLast) {
  put(kAda, "token-1");
  EXPECT_FALSE(put(kBob, "token-1").fresh);
  EXPECT_THAT(tokens(kAda), IsEmpty());
  EXPECT_THAT(tokens(kBob), ElementsAre("token-1"));
  EXPECT_EQ(devices_.list(tenant_, kBob)[0].user_id, kBob);
}

TEST_F(DeviceStoreTest, TenantsHaveTokensOfTheirOwn) {
  put(kAda, "token-1");
  const auto other = newTenant();
  EXPECT_TRUE(devices_.put(other, kBob, phone("token-1"), 20).fresh);
  EXPECT_THAT(tokens(kAda), ElementsAre("token-1"));
  EXPECT_FALSE(devices_.remove(other, kBob, devices_.list(tenant_, kAda)[0].id));
}

TEST_F(DeviceStoreTest, TheDeviceUnusedTheLongestMakesRoom) {
  const auto first = put(kAda, "token-1", 3), second = put(kAda, "token-2", 3);
  put(kAda, "token-3", 3);
  put(kAda, "token-1", 3);  // used again
  const auto fourth = put(kAda, "token-4", 3);
  EXPECT_THAT(fourth.replaced, ElementsAre(second.device.id));
  EXPECT_THAT(tokens(kAda), UnorderedElementsAre("token-1", "token-3", "token-4"));
  EXPECT_THAT(put(kAda, "token-5", 1).replaced, SizeIs(3));
}

TEST_F(DeviceStoreTest, ManyRegistrationsAtOnceKeepTheLimitAndOneRowPerToken) {
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        for (int k = 0; k < 5; ++k) {
          put(kAda, "own-" + std::to_string(i) + "-" + std::to_string(k), 4);
          put(i % 2 ? kAda : kBob, "shared", 4);
        }
      });
  }
  EXPECT_LE(tokens(kAda).size(), 4u);
  EXPECT_EQ(tokens(kAda).size() + tokens(kBob).size(), static_cast<std::size_t>(count("device_tokens")));
}

TEST_F(DeviceStoreTest, OnlyTheOwnerRemoves) {
  const auto id = put(kAda, "token-1").device.id;
  EXPECT_FALSE(devices_.remove(tenant_, kBob, id));
  EXPECT_TRUE(devices_.remove(tenant_, kAda, id));
  EXPECT_FALSE(devices_.remove(tenant_, kAda, id));
}

TEST_F(DeviceStoreTest, ADeadTokenIsDisabledUntilItIsRegisteredAgain) {
  put(kAda, "token-1");
  put(kAda, "token-2");
  EXPECT_TRUE(devices_.disable(tenant_, "token-1", "UNREGISTERED"));
  EXPECT_FALSE(devices_.disable(tenant_, "token-1", "again"));
  EXPECT_FALSE(devices_.disable(tenant_, "nobody's", "x"));
  EXPECT_THAT(tokens(kAda), ElementsAre("token-2"));
  EXPECT_EQ(devices_.list(tenant_, kAda)[0].reason, "UNREGISTERED");
  EXPECT_FALSE(put(kAda, "token-1").device.disabled_at);
  EXPECT_THAT(tokens(kAda), SizeIs(2));
}

TEST_F(DeviceStoreTest, DeadTokensAreForgottenAfterAMonth) {
  put(kAda, "token-1");
  devices_.disable(tenant_, "token-1", "UNREGISTERED");
  sql("UPDATE belfry.device_tokens SET disabled_at = now() - interval '31 days'");
  put(kAda, "token-2");
  EXPECT_EQ(count("device_tokens"), 1);
}

TEST_F(DeviceStoreTest, ASettlementDisablesADeadToken) {
  put(kAda, "token-1");
  put(kAda, "token-2");
  EXPECT_EQ(settle({"token-1", "UNREGISTERED"}), 1u);
  EXPECT_THAT(tokens(kAda), ElementsAre("token-2"));
  EXPECT_EQ(devices_.list(tenant_, kAda)[0].reason, "UNREGISTERED");
}

TEST_F(DeviceStoreTest, ASettlementSaysThatADeviceIsInUse) {
  put(kAda, "token-1");
  EXPECT_EQ(settle({"token-1", ""}), 1u);
  EXPECT_TRUE(devices_.list(tenant_, kAda)[0].last_used_at);
  EXPECT_THAT(tokens(kAda), ElementsAre("token-1"));
}

TEST_F(DeviceStoreTest, AnAttemptThatLostItsClaimTeachesNothing) {
  put(kAda, "token-1");
  EXPECT_EQ(settle({"token-1", "UNREGISTERED"}, 1), 0u);
  EXPECT_THAT(tokens(kAda), ElementsAre("token-1"));
}

TEST_F(DeviceStoreTest, TheSameTokenOfAnotherTenantStaysAlive) {
  const auto other = newTenant();
  devices_.put(other, kAda, phone("token-1"), 20);
  put(kAda, "token-1");
  settle({"token-1", "UNREGISTERED"});
  EXPECT_THAT(devices_.live(other, kAda), SizeIs(1));
}

TEST_F(DeviceStoreTest, NothingReadableLiesInTheTable) {
  put(kAda, "confidential");
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.device_tokens d WHERE d::text ILIKE '%636f6e666964656e7469616c%' OR "
                   "d::text ILIKE '%757365725f616461%'"),
            "0");
}

TEST_F(DeviceStoreTest, DeliveriesRememberWhichAddressTheyGoTo) {
  auto made = mail(tenant_);
  made.request.recipient.device_tokens = {{"a", Platform::ios}, {"b", {}}};
  made.deliveries = {{DeliveryId::mint(made.created_at), Channel::push, 0},
                     {DeliveryId::mint(made.created_at), Channel::push, 1}};
  store(made);
  const auto view = stores_->notifications.get(tenant_, made.id);
  ASSERT_THAT(view->deliveries, SizeIs(2));
  EXPECT_EQ(view->deliveries[1].address, 1);
  EXPECT_EQ(view->request.recipient.device_tokens, made.request.recipient.device_tokens);
  const auto claims = claimDue(*stores_, {{Priority::medium, 9}}, 60s, newUuidV7(stores_->clock.now()));
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_EQ(claims[0].address + claims[1].address, 1);
}

}  // namespace
}  // namespace belfry::pg::test
