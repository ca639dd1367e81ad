// What the suites of this folder share: a migrated database, the real stores on it with their real roles, and short
// ways to make rows.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "adapters/postgres/migrator.h"
#include "adapters/postgres/pg_audit_store.h"
#include "adapters/postgres/pg_batch_store.h"
#include "adapters/postgres/pg_callback_store.h"
#include "adapters/postgres/pg_catalogue_store.h"
#include "adapters/postgres/pg_dead_letter_store.h"
#include "adapters/postgres/pg_dedup_store.h"
#include "adapters/postgres/pg_device_store.h"
#include "adapters/postgres/pg_feed_store.h"
#include "adapters/postgres/pg_idempotency_store.h"
#include "adapters/postgres/pg_inbox_store.h"
#include "adapters/postgres/pg_intake_store.h"
#include "adapters/postgres/pg_key_store.h"
#include "adapters/postgres/pg_lookup_store.h"
#include "adapters/postgres/pg_notification_store.h"
#include "adapters/postgres/pg_pause_store.h"
#include "adapters/postgres/pg_queue_operation_store.h"
#include "adapters/postgres/pg_queue_store.h"
#include "adapters/postgres/pg_ready_store.h"
#include "adapters/postgres/pg_receipt_store.h"
#include "adapters/postgres/pg_schedule_store.h"
#include "adapters/postgres/pg_statistics_store.h"
#include "adapters/postgres/pg_subscriber_key_store.h"
#include "adapters/postgres/pg_template_store.h"
#include "adapters/postgres/pg_upkeep_store.h"
#include "adapters/postgres/pg_work_store.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "ports/store_error.h"
#include "services/intake/dispatch.h"
#include "sql_statements.h"
#include "support/test_services.h"
#include "support/wait_until.h"
#include "workers/work_source.h"

namespace belfry::pg::test {

using namespace std::chrono_literals;
using belfry::test::runSql;
using belfry::test::SqlRow;
using belfry::test::TestDatabase;
using belfry::test::waitUntil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// For what fails on purpose.
inline const Log& silentLog() {
  static const Log log(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  return log;
}

inline std::string schemaFolder() {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  return std::string(source ? source : ".") + "/schemas/postgres";
}

inline Key256 testMaster(std::uint8_t byte = 0x4d) {
  Key256 key;
  key.fill(byte);
  return key;
}

inline PoolSettings poolAs(const TestDatabase& database, const char* role, int size) {
  return {.url = database.url(), .role = role, .size = size, .application_name = "belfry-test"};
}

inline PoolSettings claimPool(const TestDatabase& database) {
  auto pool = poolAs(database, "belfry_system", 4);
  pool.plan_once = true;
  return pool;
}

/// For writes without a delivery that is stored as claimed.
inline const ClaimTerms kNoClaims{};

/// No worker has a slot free: everything waits in its lane.
class NoSlots final : public Dispatch {
 public:
  ClaimTerms terms() const override { return kNoClaims; }
  int reserve(Priority, int) override { return 0; }
  void giveBack(Priority, int) override {}
  void begin(std::vector<HandedOver>, std::chrono::steady_clock::time_point) override {}
  void release(std::vector<ClaimedDelivery>) override {}
  void queued(std::vector<ReadyDelivery>) override {}
  void scheduled() override {}
};

/// Every store as the host makes them.
struct Stores {
  explicit Stores(const TestDatabase& database, const Key256& master = testMaster())
      : tenant_pool(poolAs(database, "belfry_app", 4), silentLog()),
        system_pool(poolAs(database, "belfry_system", 10), silentLog()),
        claim_pool(claimPool(database), silentLog()),
        key_pool(poolAs(database, "belfry_system", 1), silentLog()),
        keyring(master, [this](TenantId tenant) { return wrappedKey(tenant); }),
        intake(system_pool, keyring),
        work(system_pool, claim_pool, keyring),
        ready(system_pool),
        notifications(tenant_pool, system_pool, keyring),
        batches(tenant_pool),
        inbox(tenant_pool, system_pool, keyring),
        devices(tenant_pool, keyring, clock),
        catalogue(system_pool, keyring, clock),
        templates(tenant_pool, clock),
        keys(tenant_pool, system_pool, master, clock),
        subscriber_keys(tenant_pool, keyring, clock),
        idempotency(tenant_pool, keyring, clock),
        upkeep(system_pool),
        feed(tenant_pool, system_pool),
        statistics(tenant_pool, system_pool),
        callbacks(tenant_pool, system_pool, keyring, clock),
        receipts(tenant_pool, system_pool, keyring),
        look_ups(system_pool),
        dedup(tenant_pool, system_pool, keyring),
        queues(tenant_pool, system_pool),
        pauses(tenant_pool, system_pool),
        queue_operations(tenant_pool, system_pool),
        audit(tenant_pool),
        schedules(tenant_pool, system_pool, keyring),
        dead_letters(tenant_pool, system_pool, keyring) {}

  SystemClock clock;
  Pool tenant_pool;
  Pool system_pool;
  Pool claim_pool;
  Pool key_pool;
  Keyring keyring;
  PgIntakeStore intake;
  PgWorkStore work;
  PgReadyStore ready;
  PgNotificationStore notifications;
  PgBatchStore batches;
  PgInboxStore inbox;
  PgDeviceStore devices;
  PgCatalogueStore catalogue;
  PgTemplateStore templates;
  PgKeyStore keys;
  PgSubscriberKeyStore subscriber_keys;
  PgIdempotencyStore idempotency;
  PgUpkeepStore upkeep;
  PgFeedStore feed;
  PgStatisticsStore statistics;
  PgCallbackStore callbacks;
  PgReceiptStore receipts;
  PgLookUpStore look_ups;
  PgDedupStore dedup;
  PgQueueStore queues;
  PgPauseStore pauses;
  PgQueueOperationStore queue_operations;
  PgAuditStore audit;
  PgScheduleStore schedules;
  PgDeadLetterStore dead_letters;

 private:
  std::string wrappedKey(TenantId tenant) {
    return withConnection(key_pool, [&](Connection& connection) {
      Params params;
      params.add(tenant);
      auto rows = connection.run(sql::tenant_key, params);
      return rows.empty() ? std::string() : std::string(rows[0].bytes(0));
    });
  }
};

/// Queues what is due and claims as a worker does that has no hints.
inline std::vector<ClaimedWork> claimWork(Stores& stores, const ClaimRoom& room, Duration lease, const Uuid& owner) {
  stores.ready.promoteDue(1000);
  return WorkSource(stores.work, stores.ready, nullptr, {}, {owner, lease}).claim(room, true);
}

inline std::vector<ClaimedDelivery> claimDue(Stores& stores, const ClaimRoom& room, Duration lease, const Uuid& owner) {
  std::vector<ClaimedDelivery> claims;
  for (auto& work : claimWork(stores, room, lease, owner)) claims.push_back(work.claim);
  return claims;
}

/// One fresh, migrated database for each suite.
class StoreSuite : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>();
    Migrator(database_->url(), schemaFolder(), silentLog()).up();
    stores_ = std::make_unique<Stores>(*database_);
  }
  static void TearDownTestSuite() {
    stores_.reset();
    database_.reset();
  }

  /// Empties what deliveries leave behind, so that a claim finds only this test's rows.
  static void clearDeliveries() {
    sql("TRUNCATE belfry.notifications, belfry.deliveries, belfry.delivery_events, belfry.work, belfry.outbox, "
        "belfry.feed, belfry.delivery_statistics, belfry.batches, belfry.batch_chunks, "
        "belfry.idempotency_keys, belfry.inbox_items, belfry.device_tokens, belfry.inbound_callbacks, "
        "belfry.parked_receipts, belfry.receipt_keys, belfry.provider_message_ids, belfry.lookups, belfry.dedup_keys, "
        "belfry.dedup_days, belfry.dead_letters RESTART IDENTITY;"
        "UPDATE belfry.feed_ends SET head = 0, pruned_to = 0;"
        "UPDATE belfry.feed_sinks SET position = 0, rewind_to = NULL");
  }

  static TenantId newTenant() {
    auto slug = "tenant-" + std::to_string(++tenants_made_);
    return stores_->catalogue.createTenant(slug, "Tenant " + slug, {"apikey"})->id;
  }

  /// A mail that is due. Its ids are minted now.
  static NewNotification mail(TenantId tenant, Priority priority = Priority::medium) {
    NewNotification made;
    auto now = stores_->clock.now();
    made.tenant = tenant;
    made.id = NotificationId::mint(now);
    made.priority = priority;
    made.request.recipient.email = "ada@example.test";
    made.request.content[Channel::email] = {{"subject", "Hello"}, {"text", "World"}};
    made.created_at = now;
    made.deliveries = {{DeliveryId::mint(now), Channel::email}};
    return made;
  }

  static NewNotification keyed(TenantId tenant, const std::string& key, const std::string& request = "request") {
    auto made = mail(tenant);
    made.idempotency = IdempotencyClaim{sha256(key), sha256(request), R"({"id":")" + made.id.toString() + "\"}",
                                        made.created_at + 24h};
    return made;
  }

  static void store(const NewNotification& notification) {
    auto outcomes = stores_->intake.write({&notification, 1}, kNoClaims);
    ASSERT_TRUE(std::holds_alternative<Stored>(outcomes.at(0)));
  }

  /// Stores a due mail and gives it back.
  static NewNotification storedMail(TenantId tenant, Priority priority = Priority::medium) {
    auto made = mail(tenant, priority);
    store(made);
    return made;
  }

  static std::vector<SqlRow> sql(const std::string& text) { return database_->sql(text); }
  static std::string scalar(const std::string& text) { return database_->scalar(text); }
  static long count(const std::string& from) { return std::stol(scalar("SELECT count(*) FROM belfry." + from)); }

  static inline std::unique_ptr<TestDatabase> database_;
  static inline std::unique_ptr<Stores> stores_;
  static inline int tenants_made_ = 0;
};

inline std::string quoted(const std::string& text) { return "'" + text + "'"; }

/// Runs it as a role of the host; PostgreSQL's message when it refuses, else "".
inline std::string refusalAs(const TestDatabase& database, const std::string& role, const std::string& statements) {
  try {
    runSql(database.url(), "SET ROLE " + role + ";" + statements);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

/// The first column of what it finds as a role of the host.
inline std::vector<std::string> readAs(const TestDatabase& database, const std::string& role,
                                       const std::string& statements) {
  std::vector<std::string> found;
  for (const auto& row : runSql(database.url(), "SET ROLE " + role + ";" + statements)) found.push_back(row.at(0));
  return found;
}

}  // namespace belfry::pg::test
