#include "services/identity/authentication.h"

#include "fakes.h"

namespace belfry::test {
namespace {

/// Knows the credentials listed here; counts how often it is asked.
class FakeAuthenticators final : public Authenticators {
 public:
  std::vector<std::string> names() const override { return {"jwt", "apikey"}; }
  bool has(const std::string&) const override { return true; }
  AuthOutcome authenticate(const std::string& plugin, const PresentedCredential& credential) override {
    ++asked;
    if (during) during();
    if (plugin == "jwt" && credential.scheme != "jwt") return AuthDeclined{};
    auto found = known.find(credential.value);
    if (found == known.end()) return AuthRefused{"unknown_key", "no such key"};
    return found->second;
  }
  std::map<std::string, Claims> known;
  std::function<void()> during;
  int asked = 0;
};

class AuthenticationTest : public ::testing::Test {
 protected:
  AuthenticationTest() {
    directory_.reload();
    plugins_.known["service"] = {"acme", "key:service", {"notification-service"}, {}, {}};
    plugins_.known["platform"] = {"acme", "key:platform", {"platform-admin"}, {}, {}};
  }

  Result<Caller, Problem> ask(const std::string& value, const std::string& act_on = "",
                              const std::string& scheme = "api-key") {
    return authentication_.authenticate(PresentedCredential{scheme, value}, act_on);
  }

  FakeCatalogue catalogue_;
  FakePlugins channels_;
  StillClock clock_;
  Directory directory_{catalogue_, channels_, silentLog()};
  FakeAuthenticators plugins_;
  Authentication authentication_{plugins_, directory_, clock_, {.remember = 5s}};
};

TEST_F(AuthenticationTest, AKnownCredentialIsACaller) {
  auto caller = ask("service");
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->tenant, catalogue_.tenant.id);
  EXPECT_EQ(caller->tenant_slug, "acme");
  EXPECT_EQ(caller->subject, "key:service");
  EXPECT_TRUE(caller->may(Scope::notifications_send));
  EXPECT_FALSE(caller->may(Scope::keys_write));
  for (Scope scope : allScopes())
    EXPECT_EQ(caller->may(scope), grants(Role::notification_service, scope)) << toText(scope);
}

TEST_F(AuthenticationTest, ScopesNarrowWhatTheRolesGrantAndNeverWidenIt) {
  plugins_.known["narrow"] = {
      "acme", "key:narrow", {"notification-service"}, {"notifications:send", "keys:write", "nonsense"}, {}};
  auto caller = ask("narrow");
  ASSERT_TRUE(caller.ok());
  EXPECT_THAT(caller->scopes, ElementsAre(Scope::notifications_send));
  plugins_.known["nobody"] = {"acme", "key:nobody", {"no-such-role"}, {}, {}};
  EXPECT_THAT(ask("nobody")->scopes, IsEmpty());
}

TEST_F(AuthenticationTest, WhatNobodyKnowsIsRefused) {
  EXPECT_EQ(authentication_.authenticate(std::nullopt, "").error().code, ErrorCode::unauthenticated);
  EXPECT_THAT(ask("wrong").error().detail, HasSubstr("unknown_key"));
  plugins_.known["elsewhere"] = {"gone", "key:x", {}, {}, {}};
  EXPECT_EQ(ask("elsewhere").error().code, ErrorCode::unauthenticated);
}

TEST_F(AuthenticationTest, TheTenantMustAllowThePlugin) {
  EXPECT_TRUE(ask("service").ok());
  EXPECT_THAT(ask("service", "", "jwt").error().detail, HasSubstr("does not accept credentials of plugin 'jwt'"));
}

TEST_F(AuthenticationTest, OnlyThePlatformAdminActsOnAnotherTenant) {
  EXPECT_TRUE(ask("service", "acme").ok());
  EXPECT_EQ(ask("service", "other").error().code, ErrorCode::forbidden);
  EXPECT_EQ(ask("platform", "other").error().code, ErrorCode::not_found);
  catalogue_.tenant.slug = "other";
  directory_.reload();
  EXPECT_EQ(ask("platform", "other")->tenant_slug, "other");
}

TEST_F(AuthenticationTest, RemembersForAWhile) {
  EXPECT_TRUE(ask("service").ok());
  const int once = plugins_.asked;
  EXPECT_TRUE(ask("service").ok());
  clock_.set(noon() + 4s);
  EXPECT_TRUE(ask("service").ok());
  EXPECT_EQ(plugins_.asked, once);
  clock_.set(noon() + 5s);
  EXPECT_TRUE(ask("service").ok());
  EXPECT_GT(plugins_.asked, once);
}

TEST_F(AuthenticationTest, NeverRemembersPastTheExpiry) {
  plugins_.known["short"] = {"acme", "key:short", {}, {}, noon() + 1s};
  EXPECT_TRUE(ask("short").ok());
  plugins_.known.erase("short");
  EXPECT_TRUE(ask("short").ok());
  clock_.set(noon() + 1s);
  EXPECT_FALSE(ask("short").ok());
}

TEST_F(AuthenticationTest, ARevokedKeyIsForgottenAtOnce) {
  EXPECT_TRUE(ask("service").ok());
  plugins_.known.erase("service");
  authentication_.clear();
  EXPECT_FALSE(ask("service").ok());
}

TEST_F(AuthenticationTest, AnAnswerThatBeganBeforeTheRevocationIsNotRemembered) {
  plugins_.during = [&] { authentication_.clear(); };
  EXPECT_TRUE(ask("service").ok());
  plugins_.during = nullptr;
  plugins_.known.erase("service");
  EXPECT_FALSE(ask("service").ok());
}

TEST_F(AuthenticationTest, TheSchemeIsPartOfTheCredential) {
  EXPECT_TRUE(ask("service").ok());
  EXPECT_FALSE(ask("service", "", "jwt").ok()) << "the remembered answer is for X-API-Key";
}

}  // namespace
}  // namespace belfry::test
