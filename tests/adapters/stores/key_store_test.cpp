#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class KeyStoreTest : public StoreSuite {
 protected:
  void SetUp() override { tenant_ = newTenant(); }

  static NewApiKey draft(const std::string& name, std::optional<TimePoint> expires_at = {}) {
    static int made = 0;
    char id[17];
    std::snprintf(id, sizeof id, "%016d", ++made);
    return {id,
            name,
            stores_->keys.hash("secret of " + name),
            {"notification-service"},
            {"notifications:send", "notifications:read"},
            expires_at};
  }

  TenantId tenant_;
};

TEST_F(KeyStoreTest, FindsWhatItMade) {
  auto asked = draft("orders", std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now() + 1h));
  auto made = stores_->keys.create(tenant_, asked);
  auto found = stores_->keys.find(asked.public_id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tenant, tenant_);
  EXPECT_EQ(found->tenant_slug, scalar("SELECT slug FROM belfry.tenants WHERE id = " + quoted(tenant_.toString())));
  EXPECT_EQ(found->id, made.id);
  EXPECT_EQ(found->hash, stores_->keys.hash("secret of orders"));
  EXPECT_EQ(found->name, "orders");
  EXPECT_EQ(found->roles, asked.roles);
  EXPECT_EQ(found->scopes, asked.scopes);
  EXPECT_EQ(found->expires_at, asked.expires_at);
  EXPECT_EQ(found->revoked_at, std::nullopt);
  EXPECT_FALSE(stores_->keys.find("0000000000000000"));
  EXPECT_FALSE(stores_->keys.find("' OR true --"));
}

TEST_F(KeyStoreTest, ListsNewestFirstInPages) {
  std::vector<ApiKey> made;
  for (int i = 0; i < 5; ++i)
    made.insert(made.begin(), stores_->keys.create(tenant_, draft("key " + std::to_string(i))));
  stores_->keys.create(newTenant(), draft("another tenant's"));
  std::vector<ApiKeyId> read;
  std::optional<ApiKeyId> before;
  for (;;) {
    auto page = stores_->keys.list(tenant_, before, 2);
    if (page.empty()) break;
    for (const auto& key : page) read.push_back(key.id);
    before = read.back();
  }
  ASSERT_THAT(read, SizeIs(5));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(read[i], made[i].id);
  EXPECT_EQ(stores_->keys.list(tenant_, {}, 1).at(0).created_at, made[0].created_at) << "as create told";
}

TEST_F(KeyStoreTest, RevokesOnceAndKeepsTheFirstTime) {
  auto asked = draft("orders");
  auto made = stores_->keys.create(tenant_, asked);
  auto revoked = stores_->keys.revoke(tenant_, made.id);
  ASSERT_TRUE(revoked && revoked->revoked_at);
  EXPECT_EQ(stores_->keys.revoke(tenant_, made.id)->revoked_at, revoked->revoked_at);
  EXPECT_EQ(stores_->keys.find(asked.public_id)->revoked_at, revoked->revoked_at);
}

TEST_F(KeyStoreTest, AnotherTenantCannotRevoke) {
  auto asked = draft("orders");
  auto made = stores_->keys.create(tenant_, asked);
  EXPECT_FALSE(stores_->keys.revoke(newTenant(), made.id));
  EXPECT_FALSE(stores_->keys.revoke(tenant_, ApiKeyId::mint(made.created_at)));
  EXPECT_EQ(stores_->keys.find(asked.public_id)->revoked_at, std::nullopt);
}

TEST_F(KeyStoreTest, RemembersTheLastUse) {
  auto one = stores_->keys.create(tenant_, draft("one")), two = stores_->keys.create(tenant_, draft("two"));
  auto at = one.created_at + 1h;
  stores_->keys.touch({{tenant_, one.id, at}, {newTenant(), two.id, at}});
  stores_->keys.touch({{tenant_, one.id, at - 30min}});
  stores_->keys.touch({});
  auto listed = stores_->keys.list(tenant_, {}, 10);
  EXPECT_EQ(listed.at(0).last_used_at, std::nullopt) << "named with the wrong tenant";
  EXPECT_EQ(listed.at(1).last_used_at, at) << "never goes back";
}

TEST_F(KeyStoreTest, ThePublicIdIsUnique) {
  auto asked = draft("orders");
  stores_->keys.create(tenant_, asked);
  EXPECT_THROW(stores_->keys.create(newTenant(), asked), StoreRejected);
  asked.public_id = "TOO SHORT";
  EXPECT_THROW(stores_->keys.create(tenant_, asked), StoreRejected);
}

}  // namespace
}  // namespace belfry::pg::test
