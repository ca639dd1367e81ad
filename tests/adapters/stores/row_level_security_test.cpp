// Promise 6: tenants cannot see each other, by what PostgreSQL enforces and not by what a query happens to say.
#include <map>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRoles[] = {"belfry_app", "belfry_system"};

/// What each role may do with each table: all of it, and nothing else.
struct Grants {
  const char* app;
  const char* system;
};
const std::map<std::string, Grants> kGrants{
    {"tenants", {"SELECT", "SELECT INSERT UPDATE"}},
    {"api_keys", {"SELECT INSERT UPDATE", "SELECT INSERT UPDATE"}},
    {"provider_instances", {"SELECT", "SELECT INSERT UPDATE DELETE"}},
    {"templates", {"SELECT INSERT UPDATE", "SELECT INSERT UPDATE"}},
    {"template_versions", {"SELECT INSERT UPDATE", "SELECT INSERT UPDATE"}},
    {"notifications", {"SELECT", "SELECT INSERT UPDATE"}},
    {"deliveries", {"SELECT", "SELECT INSERT UPDATE"}},
    {"delivery_events", {"SELECT", "SELECT INSERT"}},
    {"batches", {"SELECT", "SELECT INSERT UPDATE"}},
    {"batch_chunks", {"", "SELECT INSERT"}},
    {"work", {"SELECT", "SELECT INSERT UPDATE DELETE"}},
    {"delivery_statistics", {"SELECT", "SELECT INSERT UPDATE DELETE"}},
    {"outbox", {"", "SELECT INSERT DELETE"}},
    {"feed", {"SELECT", "SELECT INSERT DELETE"}},
    {"feed_ends", {"SELECT", "SELECT UPDATE"}},
    {"feed_sinks", {"", "SELECT UPDATE"}},
    {"inbound_callbacks", {"SELECT", "SELECT INSERT UPDATE DELETE"}},
    {"parked_receipts", {"SELECT", "SELECT INSERT UPDATE DELETE"}},
    {"receipt_keys", {"", "SELECT INSERT DELETE"}},
    {"provider_message_ids", {"", "SELECT INSERT UPDATE DELETE"}},
    {"idempotency_keys", {"SELECT INSERT UPDATE DELETE", "SELECT INSERT UPDATE DELETE"}},
    {"lookups", {"", "SELECT INSERT UPDATE DELETE"}},
    {"plugin_values", {"", "SELECT INSERT UPDATE DELETE"}},
    {"inbox_items", {"SELECT UPDATE", "SELECT INSERT UPDATE"}},
    {"device_tokens", {"SELECT INSERT UPDATE DELETE", "SELECT UPDATE"}},
    {"dedup_keys", {"SELECT UPDATE DELETE", "SELECT INSERT UPDATE DELETE"}},
    {"dedup_days", {"SELECT INSERT UPDATE", "SELECT INSERT UPDATE DELETE"}},
    {"schedules", {"SELECT INSERT UPDATE DELETE", "SELECT UPDATE"}},
    {"subscriber_keys", {"SELECT INSERT UPDATE", "SELECT INSERT UPDATE"}},
    {"queue_pauses", {"SELECT", "SELECT INSERT DELETE"}},
    {"queue_operations", {"SELECT", "SELECT INSERT UPDATE"}},
    {"audit_log", {"SELECT", "SELECT INSERT"}},
    {"dead_letters", {"SELECT", "SELECT INSERT UPDATE DELETE"}},
};

/// These hold positions and nothing of any tenant.
bool isShared(const std::string& table) { return table == "feed_ends" || table == "feed_sinks"; }

class RowLevelSecurity : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    one_ = newTenant();
    two_ = newTenant();
    for (auto tenant : {one_, two_}) {
      store(keyed(tenant, "key"));
      stores_->keys.create(tenant,
                           {tenant == one_ ? "1111111111111111" : "2222222222222222", "key", sha256("k"), {}, {}, {}});
      Template draft;
      draft.key = "hello";
      draft.engine = "mustache";
      draft.default_language = "en";
      draft.versions = {{.language = "en", .content = {{Channel::email, {{"text", "Hi"}}}}}};
      stores_->templates.create(tenant, draft);
    }
    stores_->feed.sequence(1);
    sql("INSERT INTO belfry.delivery_statistics (tenant_id, minute, channel, priority, type, count) "
        "SELECT id, now(), 'email', 2, 'sent', 1 FROM belfry.tenants");
    sql("INSERT INTO belfry.provider_instances (tenant_id, id, slug, plugin, channel, callback_id, source) "
        "SELECT id, id, 'mail', 'smtp', 'email', id::text, 'file' FROM belfry.tenants");
    sql("INSERT INTO belfry.inbox_items (tenant_id, id, notification_id, user_hash, content) "
        "SELECT id, id, id, sha256('u'), 'sealed' FROM belfry.tenants");
    sql("INSERT INTO belfry.device_tokens (tenant_id, id, user_hash, token_hash, content, platform) "
        "SELECT id, id, sha256('u'), sha256('t'), 'sealed', 'ios' FROM belfry.tenants");
    sql("INSERT INTO belfry.subscriber_keys (tenant_id, id, secret, source) SELECT id, id, 'sealed', 'api' FROM "
        "belfry.tenants");
    sql("INSERT INTO belfry.dedup_keys (tenant_id, channel, key_hash, notification_id, generated, expires_at) "
        "SELECT id, 'email', sha256('k'), id, false, now() + interval '1 hour' FROM belfry.tenants");
    sql("INSERT INTO belfry.dedup_days (tenant_id, day, channel, keys, hits) SELECT id, now(), 'email', 1, 0 FROM "
        "belfry.tenants");
    sql("INSERT INTO belfry.schedules (tenant_id, id, name, state, rule, timezone, misfire, request, created_by) "
        "SELECT id, id, 'daily', 'paused', '0 9 * * *', 'UTC', 'send', 'sealed', 'key' FROM belfry.tenants");
    sql("INSERT INTO belfry.inbound_callbacks (tenant_id, id, provider, plugin, method, request, received_at) "
        "SELECT id, id, 'mail', 'smtp', 'POST', '', now() FROM belfry.tenants");
    sql("INSERT INTO belfry.batches (tenant_id, id, token_hash, state, total_processed, total_rejected, created_by, "
        "created_at, updated_at) SELECT id, id, sha256('t'), 'open', 0, 0, 'x', now(), now() FROM belfry.tenants");
    sql("INSERT INTO belfry.delivery_statistics (tenant_id, minute, channel, priority, type, count) "
        "SELECT id, now(), 'email', 2, 'sent', 1 FROM belfry.tenants");
    sql("INSERT INTO belfry.queue_pauses (tenant_id, id, drain, created_by) SELECT id, id, false, 'key:ops' FROM "
        "belfry.tenants");
    sql("INSERT INTO belfry.queue_operations (tenant_id, id, action, started_by) "
        "SELECT id, id, 'delete_waiting', 'key:ops' FROM belfry.tenants");
    sql("INSERT INTO belfry.audit_log (tenant_id, id, actor, action, target, request_id) "
        "SELECT id, id, 'key:ops', 'queue.pause', 'tenant', 'r' FROM belfry.tenants");
    sql("INSERT INTO belfry.dead_letters (tenant_id, id, delivery_id, notification_id, channel, priority, attempt) "
        "SELECT id, id, id, id, 'email', 2, 1 FROM belfry.tenants");
    sql("INSERT INTO belfry.parked_receipts (tenant_id, id, provider, delivery_id, attempt, key, receipt, reason, "
        "received_at, expires_at) "
        "SELECT id, id, 'mail', id, 1, sha256('k'), '', 'not_settled_yet', now(), now() FROM belfry.tenants");
  }

  static std::vector<std::string> tables(const std::string& kinds) {
    std::vector<std::string> names;
    for (const auto& row :
         sql("SELECT relname FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND relkind IN (" + kinds +
             ") AND NOT relispartition ORDER BY 1"))
      names.push_back(row[0]);
    return names;
  }

  static std::string asTenant(TenantId tenant, const std::string& statement) {
    return "SELECT set_config('belfry.tenant', " + quoted(tenant.toString()) + ", false); " + statement;
  }

  static std::string tenantColumn(const std::string& table) { return table == "tenants" ? "id" : "tenant_id"; }

  static inline TenantId one_, two_;
};

TEST_F(RowLevelSecurity, EveryTableIsKnownHere) {
  std::vector<std::string> known;
  for (const auto& [table, grants] : kGrants) known.push_back(table);
  EXPECT_THAT(tables("'r', 'p'"), ::testing::UnorderedElementsAreArray(known))
      << "a table without an expectation in kGrants";
}

TEST_F(RowLevelSecurity, EveryTableAndPartitionIsForced) {
  auto open =
      sql("SELECT relname FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND relkind IN ('r', 'p') "
          "AND NOT (relrowsecurity AND relforcerowsecurity)");
  EXPECT_THAT(open, IsEmpty());
  EXPECT_GE(count("notifications"), 2);
  EXPECT_GE(std::stol(scalar("SELECT count(*) FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND "
                             "relispartition AND relkind = 'r'")),
            15);
}

TEST_F(RowLevelSecurity, EveryTableHasATenantColumn) {
  for (const auto& table : tables("'r', 'p'")) {
    if (isShared(table)) continue;
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_attribute WHERE attrelid = 'belfry." + table +
                     "'::regclass AND attnotnull AND attname = " + quoted(tenantColumn(table))),
              "1")
        << table;
  }
}

TEST_F(RowLevelSecurity, RolesAreNeitherSuperusersNorOwnersNorBypassIt) {
  for (const char* role : kRoles) {
    EXPECT_EQ(scalar("SELECT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin)::text FROM "
                     "pg_roles WHERE rolname = " +
                     quoted(role)),
              "false")
        << role;
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND pg_has_role(" +
                     quoted(role) + ", relowner, 'MEMBER')"),
              "0")
        << role;
    EXPECT_EQ(scalar("SELECT has_schema_privilege(" + quoted(role) + ", 'belfry', 'CREATE')::text"), "false") << role;
  }
}

TEST_F(RowLevelSecurity, RolesHaveExactlyTheVerbsOfTheTable) {
  for (const auto& [table, grants] : kGrants) {
    for (const char* role : kRoles) {
      auto held = scalar(
          "SELECT coalesce(string_agg(verb, ' ' ORDER BY n), '') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', "
          "'DELETE', 'TRUNCATE', "
          "'REFERENCES', 'TRIGGER']) WITH ORDINALITY AS v (verb, n) WHERE has_table_privilege(" +
          quoted(role) + ", 'belfry." + table + "', verb)");
      EXPECT_EQ(held, role == std::string("belfry_app") ? grants.app : grants.system) << role << " on " << table;
    }
  }
}

TEST_F(RowLevelSecurity, EveryVerbHasOnePolicyAndNoOther) {
  for (const auto& [table, grants] : kGrants) {
    auto policies = scalar(
        "SELECT coalesce(string_agg(roles::text || cmd, ' ' ORDER BY roles::text, position(cmd IN "
        "'SELECT INSERT UPDATE DELETE')), '') FROM pg_policies WHERE schemaname = 'belfry' AND tablename = " +
        quoted(table));
    std::string expected;
    for (auto [role, verbs] : {std::pair("{belfry_app}", std::string(grants.app)),
                               std::pair("{belfry_system}", std::string(grants.system))}) {
      for (std::size_t at = 0; at < verbs.size();) {
        auto end = std::min(verbs.find(' ', at), verbs.size());
        expected += (expected.empty() ? "" : " ") + (role + verbs.substr(at, end - at));
        at = end + 1;
      }
    }
    EXPECT_EQ(policies, expected) << table;
  }
}

TEST_F(RowLevelSecurity, PartitionsCannotBeReachedDirectly) {
  for (const auto& row : sql("SELECT relname FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND "
                             "relispartition AND relkind = 'r'")) {
    for (const char* role : kRoles) {
      EXPECT_THAT(refusalAs(*database_, role, asTenant(one_, "SELECT * FROM belfry." + row[0])),
                  HasSubstr("permission denied"))
          << row[0];
    }
    EXPECT_EQ(scalar("SELECT count(*) FROM pg_policies WHERE schemaname = 'belfry' AND tablename = " + quoted(row[0])),
              "0");
  }
}

TEST_F(RowLevelSecurity, AppSeesOnlyTheTenantThatIsSet) {
  for (const auto& [table, grants] : kGrants) {
    if (!*grants.app || isShared(table)) continue;
    auto seen = readAs(*database_, "belfry_app",
                       asTenant(one_, "SELECT DISTINCT " + tenantColumn(table) + " FROM belfry." + table));
    if (table == "feed") {
      EXPECT_LE(seen.size(), 1u);  // one of the two tenants has the one sequenced event
      continue;
    }
    EXPECT_THAT(seen, ElementsAre(one_.toString())) << table;
    EXPECT_EQ(scalar("SELECT count(DISTINCT " + tenantColumn(table) + ") FROM belfry." + table), "2")
        << table << " has both tenants' rows";
  }
}

TEST_F(RowLevelSecurity, AppSeesNothingWithoutASetting) {
  for (const auto& [table, grants] : kGrants) {
    if (!*grants.app || isShared(table)) continue;
    EXPECT_THAT(readAs(*database_, "belfry_app", "SELECT 1 FROM belfry." + table), IsEmpty()) << table;
    EXPECT_THAT(readAs(*database_, "belfry_app",
                       "SELECT set_config('belfry.tenant', '', false); SELECT 1 FROM belfry." + table),
                IsEmpty())
        << table;
  }
}

TEST_F(RowLevelSecurity, SystemSeesEveryTenant) {
  EXPECT_THAT(readAs(*database_, "belfry_system", "SELECT DISTINCT tenant_id FROM belfry.work"),
              UnorderedElementsAre(one_.toString(), two_.toString()));
}

TEST_F(RowLevelSecurity, AppCannotWriteAnothersRow) {
  const auto two = quoted(two_.toString());
  for (const std::string& insert :
       {"INSERT INTO belfry.api_keys (tenant_id, id, public_id, name, hash, roles) VALUES (" + two + ", " + two +
            ", 'abcdefghijklmnop', 'x', sha256('x'), '{}')",
        "INSERT INTO belfry.templates (tenant_id, id, key, engine, default_language, source) VALUES (" + two + ", " +
            two + ", 'k', 'mustache', 'en', 'api')",
        "INSERT INTO belfry.idempotency_keys (tenant_id, key_hash, request_hash, resource_id, locked_until, "
        "expires_at) VALUES (" +
            two + ", sha256('other'), sha256('x'), " + two + ", now(), now())",
        "UPDATE belfry.templates SET tenant_id = " + two, "UPDATE belfry.api_keys SET tenant_id = " + two}) {
    EXPECT_THAT(refusalAs(*database_, "belfry_app", asTenant(one_, insert)), HasSubstr("row-level security policy"))
        << insert;
  }
}

TEST_F(RowLevelSecurity, AppCannotChangeOrDeleteAnothersRow) {
  auto before =
      scalar("SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM belfry.templates t WHERE tenant_id = " +
             quoted(two_.toString()));
  const auto where = " WHERE tenant_id = " + quoted(two_.toString());
  for (const std::string& change :
       {"UPDATE belfry.templates SET description = 'mine'" + where,
        "UPDATE belfry.api_keys SET revoked_at = now()" + where,
        "UPDATE belfry.template_versions SET state = 'published', published_at = now()" + where,
        "DELETE FROM belfry.idempotency_keys" + where}) {
    EXPECT_EQ(refusalAs(*database_, "belfry_app", asTenant(one_, change)), "") << change;
  }
  EXPECT_EQ(scalar("SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM belfry.templates t" + where), before);
  EXPECT_EQ(count("api_keys" + where + " AND revoked_at IS NULL"), 1);
  EXPECT_EQ(count("template_versions" + where + " AND state = 'draft'"), 1);
  EXPECT_EQ(count("idempotency_keys" + where), 1);
}

TEST_F(RowLevelSecurity, TheTenantDoesNotLeakToTheNextLease) {
  PoolSettings single = poolAs(*database_, "belfry_app", 1);
  Pool pool(single, silentLog());
  constexpr Statement kCount{"count_keys", "SELECT count(*) FROM belfry.api_keys"};
  constexpr Statement kFail{"divide", "SELECT 1 / 0"};
  {
    auto lease = pool.acquire();
    EXPECT_EQ(runAsTenant(*lease, one_, kCount)[0].int64(0), 1);
    EXPECT_EQ(lease->run(kCount)[0].int64(0), 0) << "after the transaction of its own";
    Transaction transaction(*lease, one_);
    EXPECT_EQ(transaction.run(kCount)[0].int64(0), 1);
  }  // not committed
  EXPECT_EQ(pool.acquire()->run(kCount)[0].int64(0), 0);
  {
    auto lease = pool.acquire();
    Transaction transaction(*lease, one_);
    EXPECT_THROW(transaction.run(kFail), SqlError);
  }
  EXPECT_EQ(pool.acquire()->run(kCount)[0].int64(0), 0);
}

TEST_F(RowLevelSecurity, OnlySystemMayMakePartitions) {
  EXPECT_THAT(refusalAs(*database_, "belfry_app", "SELECT belfry.ensure_partitions(1)"),
              HasSubstr("permission denied"));
  EXPECT_EQ(refusalAs(*database_, "belfry_system", "SELECT belfry.ensure_partitions(1)"), "");
  for (const char* role : kRoles) {
    EXPECT_THAT(refusalAs(*database_, role, "CALL belfry.protect('belfry.work', '{DELETE}', '{}')"),
                HasSubstr("permission denied"));
    EXPECT_THAT(refusalAs(*database_, role, "CALL belfry.make_partition('work', 'x', 'id', NULL, NULL)"),
                HasSubstr("permission denied"));
  }
}

}  // namespace
}  // namespace belfry::pg::test
