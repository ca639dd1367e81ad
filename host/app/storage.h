// PostgreSQL as the host uses it: pools by role, keyring, stores. Built once migrations are in place.
#pragma once

#include "adapters/postgres/keyring.h"
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
#include "adapters/postgres/pg_plugin_value_store.h"
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
#include "adapters/postgres/pool.h"
#include "app/config/settings.h"

namespace belfry {

struct Storage {
  Storage(const DatabaseSettings& settings, const std::string& url, const Key256& master, const Clock& clock,
          const Log& log);

  pg::Pool tenant_pool;  ///< role belfry_app: one tenant at a time
  pg::Pool system_pool;  ///< role belfry_system: the loops that cross tenants
  pg::Pool claim_pool;   ///< role belfry_system: the claims of the delivery loops
  pg::Pool key_pool;     ///< role belfry_system, for the keyring alone: it is asked while another connection is leased
  pg::Keyring keyring;
  pg::PgIntakeStore intake;
  pg::PgWorkStore work;
  pg::PgReadyStore ready;
  pg::PgNotificationStore notifications;
  pg::PgBatchStore batches;
  pg::PgInboxStore inbox;
  pg::PgDeviceStore devices;
  pg::PgCatalogueStore catalogue;
  pg::PgTemplateStore templates;
  pg::PgKeyStore keys;
  pg::PgSubscriberKeyStore subscriber_keys;
  pg::PgIdempotencyStore idempotency;
  pg::PgPluginValueStore plugin_values;
  pg::PgUpkeepStore upkeep;
  pg::PgFeedStore feed;
  pg::PgStatisticsStore statistics;
  pg::PgCallbackStore callbacks;
  pg::PgReceiptStore receipts;
  pg::PgQueueStore queues;
  pg::PgPauseStore pauses;
  pg::PgQueueOperationStore queue_operations;
  pg::PgAuditStore audit;
  pg::PgLookUpStore look_ups;
  pg::PgDedupStore dedup;
  pg::PgScheduleStore schedules;
  pg::PgDeadLetterStore dead_letters;
};

}  // namespace belfry
