#include "services/identity/api_keys.h"

#include <gtest/gtest.h>

#include <set>

#include "api/rest/key_json.h"
#include "services/identity/api_key_text.h"
#include "unit/rest/problems.h"
#include "unit/rest/rest_fixture.h"

namespace belfry {
namespace {

using test::errorAt;

class HeldApiKeys final : public KeyStore {
 public:
  std::optional<StoredCredential> find(std::string_view) override { return std::nullopt; }
  ApiKey create(TenantId, const NewApiKey& key) override {
    hashes.push_back(key.hash);
    rows.insert(rows.begin(), ApiKey{ApiKeyId::mint(SystemClock().now()),
                                     key.public_id,
                                     key.name,
                                     key.roles,
                                     key.scopes,
                                     {},
                                     key.expires_at,
                                     {},
                                     {}});
    return rows.front();
  }
  std::vector<ApiKey> list(TenantId, std::optional<ApiKeyId> before, int limit) override {
    std::vector<ApiKey> found;
    for (const auto& row : rows)
      if ((!before || row.id < *before) && found.size() < static_cast<std::size_t>(limit)) found.push_back(row);
    return found;
  }
  std::optional<ApiKey> revoke(TenantId, ApiKeyId id) override {
    for (auto& row : rows) {
      if (row.id != id) continue;
      row.revoked_at = SystemClock().now();
      return row;
    }
    return std::nullopt;
  }
  void touch(const std::vector<Use>&) override {}
  Digest256 hash(std::string_view secret) const override { return sha256(secret); }

  std::vector<ApiKey> rows;  // newest first
  std::vector<Digest256> hashes;
};

class ApiKeysTest : public test::RestFixture {
 protected:
  Caller caller(Role role, const std::string& tenant = "acme") {
    Caller made{directory.find(tenant)->row.id, tenant, "key:test", {role}, {}};
    for (const auto scope : allScopes())
      if (grants(role, scope)) made.scopes.insert(scope);
    return made;
  }

  HeldApiKeys store;
  ApiKeys keys{store, authentication, clock};
};

TEST_F(ApiKeysTest, TheKeyIsShownOnceAndKeptAsAHash) {
  auto issued = keys.issue(caller(Role::notification_admin), {"orders", {Role::notification_service}, {}, {}});
  ASSERT_TRUE(issued.ok());
  ASSERT_EQ(issued->key.size(), 8u + 16 + 1 + 40);
  EXPECT_EQ(issued->key.substr(0, 25), "bk_live_" + issued->row.public_id + "_");
  EXPECT_EQ(store.hashes[0], sha256(issued->key.substr(25)));
  EXPECT_EQ(keyJson(issued->row).find(issued->key.substr(25)), std::string::npos);
}

TEST_F(ApiKeysTest, NobodyGrantsBeyondTheirOwn) {
  auto stronger = keys.issue(caller(Role::notification_admin), {"k", {Role::platform_admin}, {}, {}});
  ASSERT_FALSE(stronger.ok());
  EXPECT_EQ(stronger.error().code, ErrorCode::forbidden);
  auto narrow = caller(Role::notification_admin);
  narrow.scopes = {Scope::keys_write, Scope::notifications_read};
  auto wider = keys.issue(narrow, {"k", {Role::notification_service}, {}, {}});
  ASSERT_FALSE(wider.ok());
  EXPECT_NE(wider.error().detail.find("notifications:send"), std::string::npos);
  EXPECT_TRUE(keys.issue(narrow, {"k", {Role::notification_service}, {Scope::notifications_read}, {}}).ok());
}

TEST_F(ApiKeysTest, PlatformAdminsLiveInTheDefaultTenant) {
  EXPECT_TRUE(keys.issue(caller(Role::platform_admin, "default"), {"k", {Role::platform_admin}, {}, {}}).ok());
  auto elsewhere = keys.issue(caller(Role::platform_admin, "acme"), {"k", {Role::platform_admin}, {}, {}});
  ASSERT_FALSE(elsewhere.ok());
  EXPECT_EQ(elsewhere.error().code, ErrorCode::forbidden);
}

TEST_F(ApiKeysTest, AScopeThatNoRoleGrantsIsRefused) {
  auto issued =
      keys.issue(caller(Role::notification_admin), {"k", {Role::notification_viewer}, {Scope::notifications_send}, {}});
  ASSERT_FALSE(issued.ok());
  ASSERT_NE(errorAt(issued.error(), "/scopes/0"), nullptr);
}

TEST_F(ApiKeysTest, AnExpiryInThePastIsRefused) {
  auto issued = keys.issue(caller(Role::notification_admin), {"k", {Role::notification_viewer}, {}, clock.now()});
  ASSERT_FALSE(issued.ok());
  ASSERT_NE(errorAt(issued.error(), "/expiresAt"), nullptr);
}

TEST_F(ApiKeysTest, APlatformAdminsKeyIsRevokedByPlatformAdminsOnly) {
  auto issued = keys.issue(caller(Role::platform_admin, "default"), {"k", {Role::platform_admin}, {}, {}});
  ASSERT_TRUE(issued.ok());
  auto refused = keys.revoke(caller(Role::notification_admin, "default"), issued->row.id);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
  EXPECT_TRUE(keys.revoke(caller(Role::platform_admin, "default"), issued->row.id).ok());
}

TEST_F(ApiKeysTest, RevokesTheKeyAskedForAmongMany) {
  std::vector<ApiKeyId> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(keys.issue(caller(Role::notification_admin), {"k", {Role::notification_viewer}, {}, {}})->row.id);
  auto revoked = keys.revoke(caller(Role::notification_admin), ids[2]);
  ASSERT_TRUE(revoked.ok());
  EXPECT_EQ(revoked->id, ids[2]);
  EXPECT_TRUE(revoked->revoked_at);
  auto unknown = keys.revoke(caller(Role::notification_admin), ApiKeyId::mint(clock.now()));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TEST(ApiKeyText, UsesAllLettersAndNeverRepeats) {
  std::set<char> letters;
  std::set<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    const auto key = mintApiKey();
    EXPECT_EQ(key.public_id.size(), 16u);
    EXPECT_EQ(key.secret.size(), 40u);
    letters.insert(key.secret.begin(), key.secret.end());
    texts.insert(key.text());
  }
  EXPECT_EQ(std::string(letters.begin(), letters.end()), "0123456789abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(texts.size(), 500u);
}

TEST(KeyJson, NamesRolesAndScopesThatAreAllowed) {
  auto wish =
      parseKeyWish(R"({"name": "", "roles": ["boss", "notification-viewer", 5], "scopes": [], "expires": "x"})");
  ASSERT_FALSE(wish.ok());
  for (const auto* pointer : {"/name", "/roles/0", "/roles/2", "/scopes", "/expires"})
    EXPECT_NE(errorAt(wish.error(), pointer), nullptr) << pointer << test::describe(wish.error());
  EXPECT_NE(errorAt(wish.error(), "/roles/0")->allowed.find("notification-service"), std::string::npos);
}

}  // namespace
}  // namespace belfry
