#include <barrier>
#include <mutex>
#include <set>
#include <thread>

#include "adapters/postgres/listener.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

Tenant fileTenant(const std::string& slug, const std::string& name = "From a file") {
  return {{}, slug, name, TenantState::active, {"apikey"}, Source::file, {}};
}

ProviderInstance provider(const std::string& slug, const std::string& password = "secret") {
  ProviderInstance made{};
  made.slug = slug;
  made.plugin = "smtp";
  made.channel = Channel::email;
  made.priority = 2;
  made.weight = 3;
  made.config_json = R"({"host":"mail.example.test","port":25})";
  made.secrets = {{"password", password}};
  return made;
}

class CatalogueStoreTest : public StoreSuite {
 protected:
  static std::map<std::string, ProviderInstance> providersOf(TenantId tenant) {
    std::map<std::string, ProviderInstance> found;
    for (const auto& instance : stores_->catalogue.providers())
      if (instance.tenant == tenant) found[instance.slug] = instance;
    return found;
  }
  static std::optional<Tenant> tenantOf(const std::string& slug) {
    for (const auto& tenant : stores_->catalogue.tenants())
      if (tenant.slug == slug) return tenant;
    return std::nullopt;
  }
};

TEST_F(CatalogueStoreTest, CreatesATenantOnce) {
  auto made = stores_->catalogue.createTenant("acme", "Acme", {"apikey", "jwt"});
  ASSERT_TRUE(made);
  EXPECT_FALSE(stores_->catalogue.createTenant("acme", "Other", {}));
  auto stored = tenantOf("acme");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->id, made->id);
  EXPECT_EQ(stored->name, "Acme");
  EXPECT_EQ(stored->auth, made->auth);
  EXPECT_EQ(stored->source, Source::api);
  EXPECT_EQ(stored->created_at, made->created_at);
  EXPECT_THROW(stores_->catalogue.createTenant("Not a slug", "x", {}), StoreRejected);
}

TEST_F(CatalogueStoreTest, AFilesTenantIsMadeWithItsProviders) {
  auto id = stores_->catalogue.reconcile(fileTenant("made"), {provider("first"), provider("second", "")});
  EXPECT_EQ(tenantOf("made")->id, id);
  EXPECT_EQ(tenantOf("made")->source, Source::file);
  auto found = providersOf(id);
  ASSERT_THAT(found, SizeIs(2));
  const auto& first = found["first"];
  EXPECT_EQ(first.plugin, "smtp");
  EXPECT_EQ(first.channel, Channel::email);
  EXPECT_EQ(first.priority, 2);
  EXPECT_EQ(first.weight, 3);
  EXPECT_EQ(first.config_json, R"({"host": "mail.example.test", "port": 25})");
  EXPECT_EQ(first.secrets.at("password"), "secret");
  EXPECT_EQ(first.source, Source::file);
  EXPECT_EQ(first.callback_id.size(), 32u);
  EXPECT_NE(first.callback_id, found["second"].callback_id);
}

TEST_F(CatalogueStoreTest, AChangedFileChangesItsRowsAndKeepsTheirIds) {
  auto id = stores_->catalogue.reconcile(fileTenant("changed"), {provider("mail"), provider("old")});
  auto before = providersOf(id);
  auto changed = provider("mail", "new secret");
  changed.enabled = false;
  changed.simulate = true;
  changed.problem = "secret 'username' is missing";
  EXPECT_EQ(stores_->catalogue.reconcile(fileTenant("changed", "New name"), {changed, provider("added")}), id);
  EXPECT_EQ(tenantOf("changed")->name, "New name");
  auto after = providersOf(id);
  EXPECT_THAT(after, SizeIs(2));
  EXPECT_EQ(after.count("old"), 0u);
  EXPECT_EQ(after["mail"].id, before["mail"].id);
  EXPECT_EQ(after["mail"].callback_id, before["mail"].callback_id) << "providers were told that address";
  EXPECT_EQ(after["mail"].secrets.at("password"), "new secret");
  EXPECT_FALSE(after["mail"].enabled);
  EXPECT_TRUE(after["mail"].simulate);
  EXPECT_EQ(after["mail"].problem, "secret 'username' is missing");
}

TEST_F(CatalogueStoreTest, AGivenCallbackIdIsKept) {
  auto given = provider("mail");
  given.callback_id = "chosen-by-the-file";
  auto id = stores_->catalogue.reconcile(fileTenant("callback"), {given});
  EXPECT_EQ(providersOf(id)["mail"].callback_id, "chosen-by-the-file");
  stores_->catalogue.reconcile(fileTenant("callback"), {provider("mail")});
  EXPECT_EQ(providersOf(id)["mail"].callback_id, "chosen-by-the-file");
}

TEST_F(CatalogueStoreTest, WhatTheApiMadeStaysBesideTheFile) {
  auto id = stores_->catalogue.reconcile(fileTenant("beside"), {provider("mail")});
  sql("UPDATE belfry.provider_instances SET source = 'api', slug = 'by-hand' WHERE tenant_id = " +
      quoted(id.toString()));
  stores_->catalogue.reconcile(fileTenant("beside"), {});
  EXPECT_THAT(providersOf(id), ElementsAre(::testing::Key("by-hand")));
}

TEST_F(CatalogueStoreTest, SecretsAreSealed) {
  auto id = stores_->catalogue.reconcile(fileTenant("sealed"), {provider("mail", "hunter2-secret")});
  EXPECT_EQ(count("provider_instances WHERE tenant_id = " + quoted(id.toString()) +
                  " AND position('hunter2'::bytea IN secrets) > 0"),
            0);
  stores_->catalogue.reconcile(fileTenant("sealed"), {[] {
                                 auto bare = provider("mail");
                                 bare.secrets.clear();
                                 return bare;
                               }()});
  EXPECT_EQ(count("provider_instances WHERE tenant_id = " + quoted(id.toString()) + " AND secrets IS NULL"), 1);
}

TEST_F(CatalogueStoreTest, ARefusedFileChangesNothing) {
  auto id = stores_->catalogue.reconcile(fileTenant("refused", "Before"), {provider("mail"), provider("other")});
  auto bad = provider("bad");
  bad.priority = 0;
  EXPECT_THROW(stores_->catalogue.reconcile(fileTenant("refused", "After"), {provider("mail", "changed"), bad}),
               StoreRejected);
  EXPECT_EQ(tenantOf("refused")->name, "Before");
  auto found = providersOf(id);
  EXPECT_THAT(found, SizeIs(2));
  EXPECT_EQ(found["mail"].secrets.at("password"), "secret");
}

TEST_F(CatalogueStoreTest, HostsThatReadTheSameFileTogetherAgree) {
  constexpr int kHosts = 6;
  std::barrier together(kHosts);
  {
    std::vector<std::jthread> hosts;
    for (int i = 0; i < kHosts; ++i)
      hosts.emplace_back([&, i] {
        for (int round = 0; round < 5; ++round) {
          together.arrive_and_wait();
          stores_->catalogue.reconcile(fileTenant("together-" + std::to_string(round)),
                                       {provider("one"), provider("two")});
        }
      });
  }
  for (int round = 0; round < 5; ++round) {
    auto found = providersOf(tenantOf("together-" + std::to_string(round))->id);
    ASSERT_THAT(found, SizeIs(2));
    for (const auto& [slug, instance] : found) {
      EXPECT_EQ(instance.problem, "") << "sealed under the id that the row has";
      EXPECT_EQ(instance.secrets.at("password"), "secret");
    }
  }
}

TEST_F(CatalogueStoreTest, EveryChangeIsAnnounced) {
  std::mutex mutex;
  std::set<std::string> heard;
  Listener listener(
      {.url = database_->url(), .channels = {"belfry_catalogue"}},
      [&](std::string_view, std::string_view table) {
        std::lock_guard lock(mutex);
        heard.emplace(table);
      },
      [] {}, silentLog());
  ASSERT_TRUE(waitUntil(10s, [&] { return listener.connected(); }));
  auto id = stores_->catalogue.reconcile(fileTenant("announced"), {provider("mail")});
  auto key = stores_->keys.create(id, {"announced0000000", "key", sha256("k"), {}, {}, {}});
  Template draft;
  draft.key = "hello";
  draft.engine = "mustache";
  draft.default_language = "en";
  draft.versions = {{.language = "en", .content = {{Channel::email, {{"text", "Hi"}}}}}};
  stores_->templates.create(id, draft);
  EXPECT_TRUE(waitUntil(10s, [&] {
    std::lock_guard lock(mutex);
    return heard ==
           std::set<std::string>{"tenants", "provider_instances", "api_keys", "templates", "template_versions"};
  }));
}

}  // namespace
}  // namespace belfry::pg::test
