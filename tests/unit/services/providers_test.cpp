// Provider instances made by API: whole checks before anything is stored.
#include "services/tenants/providers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

class ProvidersTest : public ::testing::Test {
 protected:
  ProvidersTest() { directory_.reload(); }

  ProviderWish wish(const std::string& slug) {
    ProviderWish wish;
    wish.slug = slug;
    wish.plugin = "smtp";
    wish.channel = Channel::email;
    wish.config_json = R"({"host":"relay.test"})";
    wish.secrets["password"] = "hunter2";
    return wish;
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  Log log_{2, LogLevel::error};
  Directory directory_{catalogue_, plugins_, log_};
  Providers providers_{catalogue_, directory_, plugins_};
};

TEST_F(ProvidersTest, ANewInstanceRunsWhenTheCallReturns) {
  auto made = providers_.create(catalogue_.tenant.id, wish("relay"));
  ASSERT_TRUE(made.ok());
  EXPECT_NE((*made)->running, nullptr);
  EXPECT_EQ((*made)->row.source, Source::api);
  EXPECT_EQ(directory_.find(catalogue_.tenant.id)->enabled(Channel::email).size(), 1u);
}

TEST_F(ProvidersTest, ATakenIdIsAConflict) {
  ASSERT_TRUE(providers_.create(catalogue_.tenant.id, wish("relay")).ok());
  auto again = providers_.create(catalogue_.tenant.id, wish("relay"));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST_F(ProvidersTest, WhatThePluginFindsWrongIsAFieldOfTheBody) {
  plugins_.wrong = {"config/port: is too small, is 0; allowed: 1 to 65535",
                    "secrets: plugin 'smtp' has no 'pin', only: password"};
  auto made = providers_.create(catalogue_.tenant.id, wish("relay"));
  ASSERT_FALSE(made.ok());
  ASSERT_EQ(made.error().errors.size(), 2u);
  EXPECT_EQ(made.error().errors[0].pointer, "/config/port");
  EXPECT_EQ(made.error().errors[0].message, "is too small");
  EXPECT_EQ(made.error().errors[0].value, "0");
  EXPECT_EQ(made.error().errors[0].allowed, "1 to 65535");
  EXPECT_EQ(made.error().errors[1].pointer, "/secrets");
  EXPECT_TRUE(catalogue_.instances.empty()) << "nothing half done";
}

TEST_F(ProvidersTest, AChangeKeepsWhatItDoesNotName) {
  ASSERT_TRUE(providers_.create(catalogue_.tenant.id, wish("relay")).ok());
  ProviderChange change;
  change.enabled = false;
  change.secrets["spare"] = "value";
  auto changed = providers_.change(catalogue_.tenant.id, "relay", change);
  ASSERT_TRUE(changed.ok());
  EXPECT_FALSE((*changed)->row.enabled);
  EXPECT_EQ((*changed)->row.config_json, R"({"host":"relay.test"})");
  EXPECT_EQ((*changed)->row.secrets.at("password"), "hunter2");
  change.secrets = {{"spare", std::nullopt}};
  changed = providers_.change(catalogue_.tenant.id, "relay", change);
  EXPECT_FALSE((*changed)->row.secrets.contains("spare"));
}

TEST_F(ProvidersTest, WhatAFileMadeIsTheFilesToChange) {
  catalogue_.add("from-file").source = Source::file;
  directory_.reload();
  for (auto refused : {providers_.change(catalogue_.tenant.id, "from-file", {}),
                       providers_.remove(catalogue_.tenant.id, "from-file")}) {
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("file"));
  }
}

TEST_F(ProvidersTest, WhatIsRemovedIsGoneAndNobodyElsesIsFound) {
  ASSERT_TRUE(providers_.create(catalogue_.tenant.id, wish("relay")).ok());
  EXPECT_EQ(providers_.remove(tenantNumber(2), "relay").error().code, ErrorCode::not_found);
  ASSERT_TRUE(providers_.remove(catalogue_.tenant.id, "relay").ok());
  EXPECT_EQ(providers_.find(catalogue_.tenant.id, "relay").error().code, ErrorCode::not_found);
  EXPECT_EQ(providers_.remove(catalogue_.tenant.id, "relay").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace belfry::test
