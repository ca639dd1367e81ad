#include "services/identity/subscriber_tokens.h"

#include <algorithm>

#include "fakes.h"
#include "kit/crypto.h"
#include "kit/json.h"

namespace belfry::test {
namespace {

class HeldSubscriberKeys final : public SubscriberKeyStore {
 public:
  std::vector<SubscriberSecret> live(TenantId) override {
    ++asked;
    std::vector<SubscriberSecret> secrets;
    for (const auto& [row, secret] : rows)
      if (!row.retired_at) secrets.insert(secrets.begin(), {row.id, secret});
    return secrets;
  }
  std::optional<SubscriberKey> create(TenantId, const std::string& secret, int most_live) override {
    if (std::count_if(rows.begin(), rows.end(), [](const auto& row) { return !row.first.retired_at; }) >= most_live)
      return std::nullopt;
    SubscriberKey row;
    row.id.value.bytes.fill(static_cast<std::uint8_t>(rows.size() + 1));
    rows.emplace_back(row, secret);
    return row;
  }
  std::vector<SubscriberKey> list(TenantId) override { return {}; }
  std::optional<SubscriberKey> retire(TenantId, SubscriberKeyId id) override {
    for (auto& [row, secret] : rows) {
      if (row.id != id) continue;
      row.retired_at = noon();
      return row;
    }
    return std::nullopt;
  }
  void reconcile(TenantId, const std::optional<std::string>&) override {}

  std::vector<std::pair<SubscriberKey, std::string>> rows;
  int asked = 0;
};

class SubscriberTokensTest : public ::testing::Test {
 protected:
  SubscriberTokensTest() {
    directory_.reload();
    caller_.tenant = catalogue_.tenant.id;
    caller_.tenant_slug = "acme";
  }

  static std::vector<std::string> parts(const std::string& token) {
    std::vector<std::string> found{""};
    for (char c : token) {
      if (c == '.') found.emplace_back();
      else found.back() += c;
    }
    return found;
  }
  static std::string opened(const std::string& part) { return fromBase64Url(part).value_or("no base64url"); }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  StillClock clock_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  HeldSubscriberKeys store_;
  SubscriberTokens tokens_{store_, directory_, clock_};
  Caller caller_;
};

TEST_F(SubscriberTokensTest, TheFirstTokenMakesTheFirstKey) {
  const auto token = tokens_.mint(caller_, {"user_1", UserType::customer, 1h});
  ASSERT_THAT(store_.rows, SizeIs(1));
  EXPECT_GE(store_.rows[0].second.size(), kLeastSecretBytes);
  EXPECT_EQ(token.expires_at, noon() + 1h);
  const auto three = parts(token.token);
  ASSERT_THAT(three, SizeIs(3));
  EXPECT_EQ(opened(three[0]), R"({"alg":"HS256","typ":"JWT","kid":")" + store_.rows[0].first.id.toString() + "\"}");
  EXPECT_EQ(opened(three[1]),
            R"({"tenant":"acme","sub":"user_1","iat":1796126400,"exp":1796130000,"userType":"customer"})");
  EXPECT_EQ(opened(three[2]), asView(hmacSha256(store_.rows[0].second, three[0] + "." + three[1])));
  tokens_.mint(caller_, {"user_1", {}, 1h});
  EXPECT_THAT(store_.rows, SizeIs(1));
}

TEST_F(SubscriberTokensTest, TheNewestKeySignsAndEveryLiveOneIsAccepted) {
  const auto first = tokens_.createKey(caller_.tenant), second = tokens_.createKey(caller_.tenant);
  ASSERT_TRUE(second);
  EXPECT_THAT(tokens_.secrets("acme"), ElementsAre(second->secret, first->secret));
  const auto token = parts(tokens_.mint(caller_, {"u", {}, 5min}).token);
  EXPECT_EQ(opened(token[2]), asView(hmacSha256(second->secret, token[0] + "." + token[1])));
  const auto third = tokens_.createKey(caller_.tenant);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::state_conflict);
  ASSERT_TRUE(tokens_.retireKey(caller_.tenant, first->row.id.toString()));
  EXPECT_THAT(tokens_.secrets("acme"), ElementsAre(second->secret)) << "at once";
  EXPECT_TRUE(tokens_.createKey(caller_.tenant));
}

TEST_F(SubscriberTokensTest, SecretsAreRememberedUntilTheCatalogueChanges) {
  tokens_.createKey(caller_.tenant);
  tokens_.secrets("acme");
  const int asked = store_.asked;
  tokens_.secrets("acme");
  EXPECT_EQ(store_.asked, asked);
  tokens_.clear();
  tokens_.secrets("acme");
  EXPECT_EQ(store_.asked, asked + 1);
}

TEST_F(SubscriberTokensTest, WhatIsNotThereIsNot) {
  EXPECT_THAT(tokens_.secrets("nobody"), IsEmpty());
  EXPECT_EQ(tokens_.retireKey(caller_.tenant, "nonsense").error().code, ErrorCode::not_found);
  EXPECT_EQ(tokens_.retireKey(caller_.tenant, SubscriberKeyId{}.toString()).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace belfry::test
