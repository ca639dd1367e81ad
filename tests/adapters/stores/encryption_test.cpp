// Rows whose sealed bytes were changed, moved or sealed under another key: reported, never garbage and never a crash.
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class DamagedRows : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    tenant_ = newTenant();
  }

  /// Flips one bit in the middle of a sealed column.
  static void damage(const std::string& table, const std::string& column, const std::string& where = "true") {
    sql("UPDATE belfry." + table + " SET " + column + " = set_byte(" + column + ", length(" + column +
        ") / 2, get_byte(" + column + ", length(" + column + ") / 2) # 1) WHERE " + where);
  }

  static std::vector<ClaimedWork> claimAll(Stores& stores) {
    return claimWork(stores, {{Priority::medium, 100}}, 60s, newUuidV7(stores.clock.now()));
  }

  TenantId tenant_;
};

TEST_F(DamagedRows, ANotificationIsReportedAndItsNeighbourLoaded) {
  auto broken = storedMail(tenant_);
  auto whole = storedMail(tenant_);
  damage("notifications", "request", "id = " + quoted(broken.id.toString()));
  EXPECT_THROW(stores_->notifications.get(tenant_, broken.id), StoreRejected);
  EXPECT_TRUE(stores_->notifications.get(tenant_, whole.id));
  const auto claims = claimAll(*stores_);
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_EQ(claims[0].content, ClaimedWork::Content::unreadable);
  EXPECT_EQ(claims[1].content, ClaimedWork::Content::loaded);
}

TEST_F(DamagedRows, AReportNamesTheRowAndNothingPersonal) {
  auto broken = storedMail(tenant_);
  damage("notifications", "request");
  try {
    stores_->notifications.get(tenant_, broken.id);
    FAIL() << "nothing was reported";
  } catch (const StoreRejected& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(broken.id.toString()));
  }
}

TEST_F(DamagedRows, ARequestMovedToAnotherRowDoesNotOpen) {
  auto one = storedMail(tenant_);
  auto two = storedMail(tenant_);
  sql("UPDATE belfry.notifications SET request = (SELECT request FROM belfry.notifications WHERE id = " +
      quoted(one.id.toString()) + ") WHERE id = " + quoted(two.id.toString()));
  EXPECT_TRUE(stores_->notifications.get(tenant_, one.id));
  EXPECT_THROW(stores_->notifications.get(tenant_, two.id), StoreRejected);
}

TEST_F(DamagedRows, EveryTruncationIsReported) {
  auto made = storedMail(tenant_);
  auto length = std::stoi(scalar("SELECT length(request) FROM belfry.notifications"));
  for (int keep : {0, 1, 12, 28, 29, length - 1}) {
    sql("UPDATE belfry.notifications SET request = substr(request, 1, " + std::to_string(keep) + ")");
    EXPECT_THROW(stores_->notifications.get(tenant_, made.id), StoreRejected) << keep << " bytes kept";
  }
}

TEST_F(DamagedRows, AReplayThatCannotBeOpenedIsReported) {
  store(keyed(tenant_, "key"));
  damage("idempotency_keys", "response");
  auto again = keyed(tenant_, "key");
  EXPECT_THROW(stores_->intake.write({&again, 1}, kNoClaims), StoreRejected);
  EXPECT_THROW(stores_->idempotency.begin(tenant_, sha256("key"), sha256("request"), 1s, stores_->clock.now() + 1h),
               StoreRejected);
}

TEST_F(DamagedRows, OneTenantsLostKeyLeavesTheOthersWorking) {
  auto healthy = newTenant();
  auto lost = storedMail(tenant_);
  auto kept = storedMail(healthy);
  damage("tenants", "wrapped_key", "id = " + quoted(tenant_.toString()));
  Stores fresh(*database_);  // nothing cached
  const auto claims = claimAll(fresh);
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_EQ(claims[0].content, ClaimedWork::Content::unreadable) << lost.id.toString();
  EXPECT_EQ(claims[1].content, ClaimedWork::Content::loaded) << kept.id.toString();
  EXPECT_THROW(fresh.notifications.get(tenant_, lost.id), StoreRejected);
  EXPECT_TRUE(fresh.notifications.get(healthy, kept.id));
}

TEST_F(DamagedRows, SecretsThatCannotBeOpenedAreTheProblemOfTheirInstance) {
  auto reconcile = [](const std::string& slug) {
    ProviderInstance instance{};
    instance.slug = "mail";
    instance.plugin = "smtp";
    instance.channel = Channel::email;
    instance.secrets = {{"password", "secret"}};
    return stores_->catalogue.reconcile({{}, slug, slug, TenantState::active, {"apikey"}, Source::file, {}},
                                        {instance});
  };
  auto flipped = reconcile("flipped-secret"), keyless = reconcile("lost-key"), whole = reconcile("whole");
  damage("provider_instances", "secrets", "tenant_id = " + quoted(flipped.toString()));
  damage("tenants", "wrapped_key", "id = " + quoted(keyless.toString()));
  Stores fresh(*database_);
  std::map<TenantId, ProviderInstance> found;
  for (const auto& instance : fresh.catalogue.providers()) found[instance.tenant] = instance;
  for (auto tenant : {flipped, keyless}) {
    EXPECT_THAT(found[tenant].problem, ::testing::HasSubstr("cannot be decrypted"));
    EXPECT_THAT(found[tenant].secrets, IsEmpty());
  }
  EXPECT_EQ(found[whole].problem, "");
  EXPECT_EQ(found[whole].secrets.at("password"), "secret");
}

TEST_F(DamagedRows, AnotherMasterKeyOpensNothing) {
  auto made = storedMail(tenant_);
  Stores stranger(*database_, testMaster(0x11));
  EXPECT_THROW(stranger.notifications.get(tenant_, made.id), StoreRejected);
  EXPECT_THROW(stranger.intake.write({&made, 1}, kNoClaims), StoreRejected);
  EXPECT_NE(stranger.keys.hash("secret"), stores_->keys.hash("secret"));
}

}  // namespace
}  // namespace belfry::pg::test
