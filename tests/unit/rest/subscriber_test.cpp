// admin/subscriber-keys and services/subscriber-tokens over keys in memory.
#include "api/rest/subscriber_operations.h"
#include "unit/rest/rest_fixture.h"

namespace belfry::test {
namespace {

/// The keys of every tenant; none is ever full.
class HeldSecrets final : public SubscriberKeyStore {
 public:
  std::vector<SubscriberSecret> live(TenantId tenant) override { return rows[tenant]; }
  std::optional<SubscriberKey> create(TenantId tenant, const std::string& secret, int most_live) override {
    auto& keys = rows[tenant];
    if (keys.size() >= static_cast<std::size_t>(most_live)) return std::nullopt;
    const auto now = SystemClock().now();
    keys.insert(keys.begin(), {SubscriberKeyId::mint(now), secret});
    return SubscriberKey{keys.front().id, Source::api, now, {}};
  }
  std::vector<SubscriberKey> list(TenantId tenant) override {
    std::vector<SubscriberKey> keys;
    for (const auto& key : rows[tenant]) keys.push_back({key.id, Source::api, SystemClock().now(), {}});
    return keys;
  }
  std::optional<SubscriberKey> retire(TenantId tenant, SubscriberKeyId id) override {
    if (std::erase_if(rows[tenant], [&](const SubscriberSecret& key) { return key.id == id; }) == 0)
      return std::nullopt;
    return SubscriberKey{id, Source::api, SystemClock().now(), SystemClock().now()};
  }
  void reconcile(TenantId, const std::optional<std::string>&) override {}

  std::map<TenantId, std::vector<SubscriberSecret>> rows;
};

class SubscriberApiTest : public RestFixture {
 protected:
  SubscriberApiTest() {
    Router router;
    addSubscriberOperations(router, tokens_);
    start(std::move(router));
  }
  HttpResponse as(const std::string& role, const std::string& method, const std::string& path,
                  const std::string& body = "") {
    return ask(with(request(method, "/api/v1/" + path, body), "X-API-Key", "acme/" + role));
  }
  HttpResponse admin(const std::string& method, const std::string& path = "") {
    return as("notification-admin", method, "admin/subscriber-keys" + path);
  }
  HttpResponse token(const std::string& body, const std::string& role = "notification-service") {
    return as(role, "POST", "services/subscriber-tokens", body);
  }

  HeldSecrets store_;
  SubscriberTokens tokens_{store_, directory, clock};
};

TEST_F(SubscriberApiTest, TheSecretIsShownOnce) {
  const auto made = admin("POST");
  EXPECT_EQ(made.status, 201) << made.body;
  const auto secret = member(made, "secret");
  EXPECT_GE(secret.size(), kLeastSecretBytes);
  const auto listed = admin("GET");
  EXPECT_EQ(listed.status, 200);
  EXPECT_NE(listed.body.find(member(made, "id")), std::string::npos);
  EXPECT_EQ(listed.body.find(secret), std::string::npos);
}

TEST_F(SubscriberApiTest, AThirdLiveKeyIs409UntilOneIsRetired) {
  const auto first = member(admin("POST"), "id");
  admin("POST");
  EXPECT_EQ(admin("POST").status, 409);
  EXPECT_EQ(admin("DELETE", "/" + first).status, 200);
  EXPECT_EQ(admin("DELETE", "/" + first).status, 404);
  EXPECT_EQ(admin("POST").status, 201);
  EXPECT_EQ(admin("DELETE", "/nonsense").status, 404);
}

TEST_F(SubscriberApiTest, AServiceGetsTokensForItsUsers) {
  const auto issued = token(R"({"userId":"user_1","userType":"customer","ttl":"PT5M"})");
  EXPECT_EQ(issued.status, 201) << issued.body;
  EXPECT_FALSE(member(issued, "token").empty());
  const auto expires = parseRfc3339(member(issued, "expiresAt"));
  ASSERT_TRUE(expires);
  EXPECT_LE(*expires, clock.now() + std::chrono::minutes(5));
}

TEST_F(SubscriberApiTest, WrongWishesAre422) {
  for (const char* body : {R"({})", R"({"userId":""})", R"({"userId":"a\nb"})", R"({"userId":"u","ttl":"PT4M59S"})",
                           R"({"userId":"u","ttl":"PT24H1S"})", R"({"userId":"u","ttl":"soon"})",
                           R"({"userId":"u","userType":"ghost"})", R"({"userId":"u","roles":["platform-admin"]})"}) {
    EXPECT_EQ(token(body).status, 422) << body;
  }
  EXPECT_TRUE(store_.rows.empty()) << "a refused wish makes no key";
}

TEST_F(SubscriberApiTest, ScopesAreNeeded) {
  EXPECT_EQ(token(R"({"userId":"u"})", "notification-viewer").status, 403);
  EXPECT_EQ(token(R"({"userId":"u"})", "notification-user/ada").status, 403) << "a user makes no tokens for others";
  EXPECT_EQ(as("notification-service", "POST", "admin/subscriber-keys").status, 403);
  EXPECT_EQ(as("notification-service", "GET", "admin/subscriber-keys").status, 403);
}

}  // namespace
}  // namespace belfry::test
