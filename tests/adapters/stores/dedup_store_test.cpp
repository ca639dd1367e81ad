// Deduplication keys as operators see them, their archive, and the policies of tenants and templates.
#include "dedup_fixture.h"

namespace belfry::pg::test {
namespace {

using DedupStoreTest = DedupSuite;

constexpr auto kMost = std::chrono::hours(24 * 366);

TEST_F(DedupStoreTest, AKeyIsFoundByWhatWasGivenAndByItsId) {
  const auto first = claiming("key", DedupStrategy::drop, "{}", {Channel::email, Channel::sms});
  write(first);
  write(claiming("key"));
  const auto both = stores_->dedup.find(tenant_, {"key", {}, {}});
  ASSERT_THAT(both, SizeIs(2));
  const auto only = stores_->dedup.find(tenant_, {"key", {}, Channel::email});
  ASSERT_THAT(only, SizeIs(1));
  EXPECT_EQ(only[0].holder, first.id);
  EXPECT_EQ(only[0].hits, 1);
  EXPECT_FALSE(only[0].generated);
  EXPECT_EQ(only[0].expires_at, first.dedup->claims[0].expires_at);
  EXPECT_THAT(stores_->dedup.find(tenant_, {"", only[0].id, {}}), SizeIs(2));
  EXPECT_THAT(stores_->dedup.find(tenant_, {"other", {}, {}}), IsEmpty());
  EXPECT_THAT(stores_->dedup.find(newTenant(), {"", only[0].id, {}}), IsEmpty());
}

TEST_F(DedupStoreTest, AnExtendedKeyHoldsLongerButNotForEver) {
  const auto first = claiming("key");
  write(first);
  const auto longer = stores_->dedup.extend(tenant_, {"key", {}, {}}, 2h, kMost);
  ASSERT_THAT(longer, SizeIs(1));
  EXPECT_EQ(longer[0].expires_at, first.dedup->claims[0].expires_at + 2h);
  const auto capped = stores_->dedup.extend(tenant_, {"key", {}, {}}, kMost, kMost);
  EXPECT_LT(capped.at(0).expires_at, stores_->clock.now() + kMost + 1h);
  EXPECT_THAT(stores_->dedup.extend(newTenant(), {"key", {}, {}}, 2h, kMost), IsEmpty());
}

TEST_F(DedupStoreTest, AnExpiredKeyIsNeitherFoundNorExtended) {
  write(claiming("key"));
  sql("UPDATE belfry.dedup_keys SET expires_at = now()");
  EXPECT_THAT(stores_->dedup.find(tenant_, {"key", {}, {}}), IsEmpty());
  EXPECT_THAT(stores_->dedup.extend(tenant_, {"key", {}, {}}, 2h, kMost), IsEmpty());
}

TEST_F(DedupStoreTest, AReleasedKeyIsFreeAndStaysCounted) {
  write(claiming("key"));
  write(claiming("key"));
  EXPECT_EQ(stores_->dedup.release(newTenant(), {"key", {}, {}}), 0);
  EXPECT_EQ(stores_->dedup.release(tenant_, {"key", {}, {}}), 1);
  EXPECT_EQ(stores_->dedup.release(tenant_, {"key", {}, {}}), 0);
  EXPECT_EQ(scalar("SELECT keys || ' ' || hits FROM belfry.dedup_days"), "1 1");
  EXPECT_EQ(write(claiming("key")).doubles, 0u);
}

TEST_F(DedupStoreTest, ThoseThatExpireSoonComeSoonestFirst) {
  for (const auto& [key, ttl] : std::map<std::string, Duration>{{"a", 2h}, {"b", 30min}, {"c", 10min}}) {
    auto made = claiming(key);
    made.dedup->claims[0].expires_at = made.created_at + ttl;
    write(made);
  }
  const auto soon = stores_->dedup.expiring(tenant_, {}, 1h, 10);
  ASSERT_THAT(soon, SizeIs(2));
  EXPECT_LT(soon[0].expires_at, soon[1].expires_at);
  EXPECT_THAT(stores_->dedup.expiring(tenant_, Channel::sms, 1h, 10), IsEmpty());
  EXPECT_THAT(stores_->dedup.expiring(tenant_, Channel::email, 3h, 1), SizeIs(1));
}

TEST_F(DedupStoreTest, ExpiredKeysAreArchivedByTheDay) {
  for (int i = 0; i < 3; ++i) {
    auto made = claiming(std::to_string(i));
    made.request.template_ref = TemplateRef{"order", 1, "en"};
    write(made);
    write(claiming(std::to_string(i)));
  }
  write(claiming("still held"));
  sql("UPDATE belfry.dedup_keys SET expires_at = now() WHERE template_key IS NOT NULL");
  EXPECT_EQ(stores_->dedup.archive(2, 400), 2);
  EXPECT_EQ(stores_->dedup.archive(2, 400), 1);
  EXPECT_EQ(stores_->dedup.archive(2, 400), 0);
  EXPECT_EQ(count("dedup_keys"), 1);
  EXPECT_EQ(scalar("SELECT template_key || ' ' || keys || ' ' || hits FROM belfry.dedup_days"), "order 3 3");
  sql("UPDATE belfry.dedup_days SET day = day - 401");
  stores_->dedup.archive(2, 400);
  EXPECT_EQ(count("dedup_days"), 0);
}

TEST_F(DedupStoreTest, StatisticsJoinTheArchiveAndWhatLives) {
  write(claiming("gone"));
  sql("UPDATE belfry.dedup_keys SET expires_at = now()");
  stores_->dedup.archive(10, 400);
  auto soon = claiming("soon");
  soon.dedup->claims[0].expires_at = soon.created_at + 30min;
  write(soon);
  write(claiming("soon"));
  write(claiming("later", DedupStrategy::drop, "{}", {Channel::sms}));
  const auto now = stores_->clock.now();
  const auto counts = stores_->dedup.statistics(tenant_, now - 24h, now);
  ASSERT_THAT(counts, SizeIs(2));
  EXPECT_EQ(counts[0].channel, Channel::email);
  EXPECT_EQ(counts[0].keys, 2);
  EXPECT_EQ(counts[0].hits, 1);
  EXPECT_EQ(counts[0].live, 1);
  EXPECT_EQ(counts[0].expiring_soon, 1);
  EXPECT_EQ(counts[1].channel, Channel::sms);
  EXPECT_EQ(counts[1].expiring_soon, 0);
  EXPECT_THAT(stores_->dedup.statistics(tenant_, now - 48h, now - 24h), IsEmpty());
  EXPECT_THAT(stores_->dedup.statistics(newTenant(), now - 24h, now), IsEmpty());
}

TEST_F(DedupStoreTest, PoliciesOfTenantsAndTemplatesAreKept) {
  DedupPolicy policy{true, DedupStrategy::merge, 90min, {{Channel::push, 5min}}, {"order.id"}};
  Tenant from_file{{}, "with-policy", "With", TenantState::active, {"apikey"}, Source::file, {}, policy};
  const auto id = stores_->catalogue.reconcile(from_file, {});
  const auto kept = [&] {
    for (const auto& tenant : stores_->catalogue.tenants())
      if (tenant.id == id) return tenant.dedup;
    return DedupPolicy();
  };
  EXPECT_EQ(kept(), policy);
  from_file.dedup = {};
  stores_->catalogue.reconcile(from_file, {});
  EXPECT_EQ(kept(), DedupPolicy());

  Template draft;
  draft.key = "hello";
  draft.engine = "mustache";
  draft.default_language = "en";
  draft.source = Source::file;
  draft.dedup = policy;
  draft.versions = {{.language = "en", .content = {{Channel::email, {{"text", "Hi"}}}}}};
  stores_->templates.reconcile(id, draft);
  EXPECT_EQ(stores_->templates.get(id, "hello")->dedup, policy);
  EXPECT_EQ(stores_->templates.list(id, "", 10).at(0).dedup, policy);
  EXPECT_EQ(stores_->templates.resolve(id, "hello", {}, "")->dedup, policy);
  draft.dedup.strategy = DedupStrategy::drop;
  stores_->templates.reconcile(id, draft);
  EXPECT_EQ(stores_->templates.resolve(id, "hello", {}, "")->dedup, draft.dedup);
}

}  // namespace
}  // namespace belfry::pg::test
