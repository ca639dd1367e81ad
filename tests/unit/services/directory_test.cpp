#include "services/tenants/directory.h"

#include "fakes.h"
#include "services/rendering/template_resolver.h"
#include "services/routing/choose_provider.h"

namespace belfry::test {
namespace {

class DirectoryTest : public ::testing::Test {
 protected:
  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  Directory directory_{catalogue_, plugins_, silentLog()};
};

TEST_F(DirectoryTest, KnowsNothingBeforeItIsLoaded) {
  EXPECT_FALSE(directory_.find("acme"));
  directory_.reload();
  ASSERT_TRUE(directory_.find("acme"));
  EXPECT_EQ(directory_.find(catalogue_.tenant.id), directory_.find("acme"));
  EXPECT_FALSE(directory_.find("other"));
  EXPECT_FALSE(directory_.find(tenantNumber(9)));
}

TEST_F(DirectoryTest, WhatDidNotChangeKeepsRunning) {
  catalogue_.add("mail");
  catalogue_.add("spare");
  directory_.reload();
  auto before = directory_.find("acme");
  directory_.reload();
  EXPECT_EQ(plugins_.created, 2);
  catalogue_.instances[1].secrets["password"] = "changed";
  catalogue_.tenant.name = "New name";
  directory_.reload();
  EXPECT_EQ(plugins_.created, 3) << "the changed one alone";
  auto after = directory_.find("acme");
  EXPECT_EQ(after->instances[0], before->instances[0]);
  EXPECT_NE(after->instances[1], before->instances[1]);
  EXPECT_EQ(after->row.name, "New name");
  EXPECT_EQ(before->row.name, "Acme") << "who holds the old value keeps it whole";
}

TEST_F(DirectoryTest, WhatCannotStartSaysWhyAndIsTriedAgain) {
  catalogue_.add("mail");
  plugins_.refusals["mail"] = "no plugin 'smtp'";
  directory_.reload();
  auto instance = directory_.find("acme")->instances.at(0);
  EXPECT_FALSE(instance->running);
  EXPECT_EQ(instance->row.problem, "no plugin 'smtp'");
  plugins_.refusals.clear();
  directory_.reload();
  EXPECT_TRUE(directory_.find("acme")->instances.at(0)->running);
}

TEST_F(DirectoryTest, AKnownProblemIsNotStarted) {
  catalogue_.add("mail").problem = "its stored secrets cannot be decrypted";
  directory_.reload();
  EXPECT_EQ(plugins_.created, 0);
  EXPECT_FALSE(directory_.find("acme")->instances.at(0)->running);
}

TEST_F(DirectoryTest, ChoosesTheFirstEnabledProviderThatCanSend) {
  catalogue_.add("disabled").enabled = false;
  catalogue_.add("broken").problem = "secret 'password' is missing";
  catalogue_.add("texts", Channel::sms);
  catalogue_.add("mail");
  catalogue_.add("spare");
  directory_.reload();
  auto route = chooseProvider(directory_, catalogue_.tenant.id, Channel::email);
  ASSERT_NE(route.chosen, nullptr);
  EXPECT_EQ(route.chosen->row.slug, "mail");
  std::map<std::string, std::string> reasons;
  for (const auto& candidate : route.candidates) reasons[candidate.provider] = candidate.reason;
  EXPECT_EQ(reasons, (std::map<std::string, std::string>{{"disabled", "disabled"},
                                                         {"broken", "secret 'password' is missing"},
                                                         {"mail", ""},
                                                         {"spare", "not needed: it stands behind mail"}}));
  catalogue_.instances.resize(2);
  directory_.reload();
  route = chooseProvider(directory_, catalogue_.tenant.id, Channel::email);
  EXPECT_EQ(route.chosen, nullptr);
  EXPECT_EQ(whyNone(route, Channel::email),
            "no provider for channel email can send: disabled: disabled; broken: secret 'password' is missing");
  EXPECT_THAT(whyNone(chooseProvider(directory_, catalogue_.tenant.id, Channel::push), Channel::push),
              HasSubstr("the tenant has none"));
  EXPECT_EQ(chooseProvider(directory_, tenantNumber(9), Channel::email).chosen, nullptr);
}

TEST(TemplateResolverTest, RemembersUntilItIsCleared) {
  FakeTemplates store;
  TemplateResolver resolver(store);
  auto tenant = tenantNumber(1);
  EXPECT_FALSE(resolver.resolve(tenant, "hello", {}, "en")) << "what is not there is asked for again";
  store.templates["hello"].version.version = 1;
  EXPECT_EQ(resolver.resolve(tenant, "hello", {}, "en")->version.version, 1);
  store.templates["hello"].version.version = 2;
  EXPECT_EQ(resolver.resolve(tenant, "hello", {}, "en")->version.version, 1);
  EXPECT_EQ(resolver.resolve(tenant, "hello", {}, "es")->version.version, 2);
  EXPECT_EQ(resolver.resolve(tenantNumber(2), "hello", {}, "en")->version.version, 2);
  resolver.clear();
  EXPECT_EQ(resolver.resolve(tenant, "hello", {}, "en")->version.version, 2);
}

TEST(TemplateResolverTest, ALookUpThatBeganBeforeTheChangeIsNotRemembered) {
  FakeTemplates store;
  TemplateResolver resolver(store);
  store.templates["hello"].version.version = 1;
  store.trouble = [&] { resolver.clear(); };
  resolver.resolve(tenantNumber(1), "hello", {}, "");
  store.trouble = nullptr;
  store.templates["hello"].version.version = 2;
  EXPECT_EQ(resolver.resolve(tenantNumber(1), "hello", {}, "")->version.version, 2);
}

}  // namespace
}  // namespace belfry::test
