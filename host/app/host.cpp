#include "app/host.h"

#include <optional>

#include "adapters/curl/curl_exchange.h"
#include "adapters/datetz/system_time_zones.h"
#include "adapters/embedded/embedded_services.h"
#include "adapters/jsonschema/json_schema.h"
#include "adapters/openssl/openssl_signatures.h"
#include "adapters/phonenumber/phone_numbers.h"
#include "adapters/plugins/plugin_authenticators.h"
#include "adapters/plugins/plugin_channels.h"
#include "adapters/plugins/plugin_engines.h"
#include "adapters/plugins/plugin_registry.h"
#include "adapters/postgres/listener.h"
#include "adapters/postgres/master_key.h"
#include "adapters/postgres/migrator.h"
#include "adapters/prometheus/metrics.h"
#include "api/http/file_limit.h"
#include "api/http/server.h"
#include "api/rest/schedule_json.h"
#include "api/rest/send_json.h"
#include "app/api_assembly.h"
#include "app/callback_desk.h"
#include "app/catalogue_watch.h"
#include "app/dead_letter_desk.h"
#include "app/dedup_desk.h"
#include "app/engine.h"
#include "app/feed_desk.h"
#include "app/hints.h"
#include "app/late_handler.h"
#include "app/plugin_watch.h"
#include "app/queue_desk.h"
#include "app/reconcile/admin_key.h"
#include "app/reconcile/template_reconciler.h"
#include "app/reconcile/tenant_reconciler.h"
#include "app/storage.h"
#include "services/delivery/misfires.h"
#include "services/identity/api_keys.h"
#include "services/identity/subscriber_tokens.h"
#include "services/intake/batch_intake.h"
#include "services/intake/intake.h"
#include "services/schedules/rescheduling.h"
#include "services/schedules/schedule_firings.h"
#include "services/schedules/schedules.h"

namespace belfry {
namespace {

constexpr const char* kDefaultTenant = "default";

HttpServerSettings edgeSettings(const HttpSettings& http, Metrics& metrics, const Log& log) {
  HttpServerSettings edge;
  edge.address = http.address;
  edge.port = http.port;
  edge.io_threads = http.io_threads;
  edge.head.max_bytes = http.max_head_bytes;
  edge.head.max_fields = http.max_head_fields;
  edge.max_body_bytes = http.max_body_bytes;
  edge.head_timeout = http.head_timeout;
  edge.body_idle_timeout = http.body_timeout;
  edge.idle_timeout = http.idle_timeout;
  edge.on_complete = [&metrics, &log](const CompletedExchange& exchange) {
    metrics.httpRequest(exchange.method, exchange.route, exchange.status, exchange.duration);
    log.debug("http request", {{"method", exchange.method},
                               {"route", exchange.route},
                               {"status", exchange.status},
                               {"refusal", exchange.refusal},
                               {"request_id", exchange.request_id},
                               {"duration_us", exchange.duration.count()}});
  };
  return edge;
}

EmbeddedSettings embeddedSettings(const EmbeddedProfile& profile) {
  EmbeddedSettings settings;
  settings.data_dir = std::filesystem::absolute(profile.data_directory);
  settings.pg_bin_dir = profile.postgres_bin_directory;
  settings.redis_server = profile.redis_server;
  settings.postgres_user = profile.run_as;
  settings.start_timeout = profile.start_timeout;
  settings.stop_timeout = profile.stop_timeout;
  return settings;
}

curl::CurlExchangeSettings exchangeSettings(const ExchangeSettings& exchange) {
  curl::CurlExchangeSettings settings;
  settings.resolve = exchange.resolve;
  settings.ca_file = exchange.ca_file.string();
  settings.allow_private_hosts = exchange.allow_private_hosts;
  settings.connect_timeout = exchange.connect_timeout;
  settings.timeout = exchange.timeout;
  settings.max_connections_per_host = static_cast<std::size_t>(exchange.max_connections_per_host);
  settings.max_smtp_connections_per_host = static_cast<std::size_t>(exchange.max_smtp_connections_per_host);
  settings.idle_connection = exchange.idle_connection;
  return settings;
}

IntakeWriterSettings writerSettings(const IntakeQueueSettings& intake) {
  IntakeWriterSettings settings;
  settings.queue_limit = intake.queue_limit;
  settings.queue_bytes = intake.queue_bytes;
  settings.tenant_share_percent = intake.tenant_share_percent;
  settings.group_limit = intake.group_limit;
  return settings;
}

/// The plugins' config check, so that the plugin adapter needs no schema library.
std::vector<std::string> checkConfig(const std::string& schema_json, const std::string& config_json) {
  auto schema = JsonSchema::compile(schema_json);
  if (!schema) return {": the manifest's config_schema is no JSON Schema: " + schema.error()};
  std::vector<std::string> faults;
  for (const auto& violation : schema->check(config_json)) {
    std::string line = violation.pointer + ": " + violation.message;
    if (!violation.value.empty()) line += ", is " + violation.value;
    if (!violation.allowed.empty()) line += "; allowed: " + violation.allowed;
    faults.push_back(std::move(line));
  }
  return faults;
}

plugins::PluginRegistrySettings registrySettings(const PluginSettings& settings, const InstallLayout& layout) {
  auto directory = settings.directory.empty() ? layout.plugins : settings.directory;
  return {{directory / "plugins.lock", settings.lock}, layout.program.string()};
}

MisfireSettings misfireSettings(const ScheduleOptions& options) {
  return {options.misfire, options.misfire_after, options.timezone};
}

}  // namespace

struct Host::Parts {
  Parts(LoadedSettings loaded_settings, InstallLayout install_layout, Log& host_log)
      : loaded(std::move(loaded_settings)),
        settings(loaded.settings),
        layout(std::move(install_layout)),
        log(host_log) {}

  void startStorage();
  void startPlugins();
  void startCatalogue();
  void startEngine();
  void startSchedules();
  void startApi();
  void checkMasterKey();
  void reconcileFiles();
  Key256 masterKey() const;
  std::string migratedUrl();
  Readiness readiness();

  LoadedSettings loaded;
  Settings& settings;
  const InstallLayout layout;
  Log& log;
  SystemClock clock;
  phonenumber::LibPhoneNumbers numbers;
  datetz::SystemTimeZones zones;
  Metrics metrics;
  openssl::OpenSslSignatures signatures;
  bool serving = false;
  bool files_read = false;

  // In the order of construction; destroyed in reverse.
  LateHandler late_handler;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<EmbeddedServices> embedded;
  std::string database_url;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<Hints> hints;
  std::unique_ptr<curl::CurlExchange> exchange;
  std::unique_ptr<plugins::PluginRegistry> registry;
  std::unique_ptr<plugins::PluginChannels> channels;
  std::unique_ptr<plugins::PluginEngines> engines;
  std::unique_ptr<plugins::PluginAuthenticators> authenticators;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<QueueGate> gate;
  std::unique_ptr<TemplateResolver> templates;
  std::unique_ptr<Renderer> renderer;
  std::unique_ptr<Authentication> authentication;
  std::unique_ptr<SubscriberTokens> subscriber_tokens;
  std::unique_ptr<CatalogueWatch> watch;
  std::unique_ptr<PluginWatch> plugin_watch;
  std::unique_ptr<CallbackDesk> callbacks;
  std::unique_ptr<FeedDesk> feed;
  std::unique_ptr<QueueDesk> queues;
  std::unique_ptr<Misfires> misfires;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<DedupDesk> dedup;
  std::unique_ptr<IntakeWriter> writer;
  std::unique_ptr<IntakeWriter> critical_writer;
  std::unique_ptr<DeliveryPreviews> previews;
  std::unique_ptr<DeadLetterDesk> dead_letters;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<BatchIntake> batch_intake;
  std::unique_ptr<ScheduledSend> scheduled_send;
  std::unique_ptr<ScheduleFirings> firings;
  std::unique_ptr<Schedules> schedules;
  std::unique_ptr<Rescheduling> rescheduling;
  std::unique_ptr<ApiKeys> api_keys;
  std::unique_ptr<Providers> providers;
  std::unique_ptr<RestApi> api;
  std::unique_ptr<pg::Listener> listener;
};

Host::Host(LoadedSettings settings, InstallLayout layout, Log& log)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(layout), log)) {}

Host::~Host() { stop(); }

std::uint16_t Host::port() const { return parts_->server->port(); }

void Host::start() {
  auto& parts = *parts_;
  raiseFileLimit();
  parts.server = std::make_unique<HttpServer>(parts.late_handler,
                                              edgeSettings(parts.settings.http, parts.metrics, parts.log), parts.log);
  parts.server->bind();
  parts.startStorage();
  parts.startPlugins();
  parts.startCatalogue();
  parts.startEngine();
  parts.startApi();
  parts.server->serve();
  parts.serving = true;
  parts.log.info("serving", {{"address", parts.settings.http.address}, {"port", port()}});
}

void Host::Parts::startStorage() {
  database_url = settings.database.url;
  if (settings.embedded.enabled) {
    embedded = std::make_unique<EmbeddedServices>(embeddedSettings(settings.embedded), log);
    const auto servers = embedded->start();
    database_url = servers.database_url;
    if (settings.redis.url.empty()) settings.redis.url = "unix://" + servers.redis_socket.string();
  }
  auto master = masterKey();
  storage = std::make_unique<Storage>(settings.database, migratedUrl(), master, clock, log);
}

Key256 Host::Parts::masterKey() const {
  pg::MasterKeySettings where;
  where.environment = settings.security.master_key_env;
  where.file = settings.security.master_key_file;
  if (settings.embedded.enabled && where.file.empty()) {
    where.file = std::filesystem::absolute(settings.embedded.data_directory) / "master.key";
    where.create_if_missing = true;
  }
  return pg::loadMasterKey(where);
}

std::string Host::Parts::migratedUrl() {
  const auto& migrate_url = settings.embedded.enabled ? database_url : settings.database.migrate_url;
  pg::Migrator migrator(migrate_url, layout.schemas / "postgres", log);
  if (settings.embedded.enabled) {
    migrator.up();
  } else if (auto status = migrator.status(); !status.current()) {
    throw std::runtime_error("the database is at migration " + std::to_string(status.version()) +
                             ", this build needs another; run `belfry migrate up` (see `belfry migrate status`)");
  }
  return database_url;
}

void Host::Parts::startPlugins() {
  exchange = std::make_unique<curl::CurlExchange>(log, exchangeSettings(settings.exchange));
  registry = std::make_unique<plugins::PluginRegistry>(registrySettings(settings.plugins, layout), log);
  auto count = [this](const std::string& plugin, std::string_view event, std::uint64_t n) {
    if (!metrics.pluginEvent(plugin, event, n))
      log.debug("a plugin's event is not counted", {{"plugin", plugin}, {"event", event}});
  };
  channels = std::make_unique<plugins::PluginChannels>(
      *registry, plugins::PluginChannelsParts{*exchange, signatures, storage->plugin_values, count}, checkConfig, log,
      plugins::PluginChannelsSettings{settings.embedded.enabled, settings.http.public_url});
  engines = std::make_unique<plugins::PluginEngines>(*registry, log);
  authenticators = std::make_unique<plugins::PluginAuthenticators>(
      *registry, storage->keys,
      // Every live key is tried, whatever the credential says of its key.
      [this](const std::string& tenant, const std::string&) { return subscriber_tokens->secrets(tenant); }, signatures,
      log);
}

void Host::Parts::startCatalogue() {
  directory = std::make_unique<Directory>(storage->catalogue, *channels, log);
  gate = std::make_unique<QueueGate>(storage->pauses, *directory);
  templates = std::make_unique<TemplateResolver>(storage->templates);
  renderer = std::make_unique<Renderer>(storage->templates, *engines);
  authentication = std::make_unique<Authentication>(*authenticators, *directory, clock, AuthenticationSettings{});
  subscriber_tokens = std::make_unique<SubscriberTokens>(storage->subscriber_keys, *directory, clock);
  watch = std::make_unique<CatalogueWatch>(
      *directory, *templates, *authentication, *subscriber_tokens,
      [this] {
        gate->reload();
        queues->pausesChanged();
      },
      log);
  plugin_watch = std::make_unique<PluginWatch>(
      *registry, [this] { watch->changed(); }, log);
  storage->catalogue.createTenant(kDefaultTenant, "Default", {"apikey"});
  checkMasterKey();
  reconcileFiles();
  if (!settings.embedded.data_directory.empty()) {
    auto file = std::filesystem::absolute(settings.embedded.data_directory) / "admin.key";
    ensureAdminKey(file, storage->keys, directory->find(std::string_view(kDefaultTenant))->row.id, log);
  }
}

void Host::Parts::checkMasterKey() {
  for (const auto& tenant : storage->catalogue.tenants()) {
    if (tenant.slug != kDefaultTenant) continue;
    try {
      storage->keyring.lookupHash(tenant.id, "start", "");
    } catch (const pg::KeyringError& error) {
      // Going on would end whatever waits as unreadable.
      throw std::runtime_error(std::string("the master key does not open this database's keys: ") + error.what());
    }
  }
}

void Host::Parts::reconcileFiles() {
  TenantReconciler tenants(storage->catalogue, storage->subscriber_keys, *channels, log, settings.embedded.enabled);
  ReconcileResult from_tenants, from_templates;
  if (!settings.tenants_directory.empty()) from_tenants = tenants.run(settings.tenants_directory);
  directory->reload();
  TemplateReconciler template_files(storage->templates, *engines, *directory, log);
  if (!settings.templates_directory.empty()) from_templates = template_files.run(settings.templates_directory);
  templates->clear();
  files_read = true;
  log.info("files reconciled", {{"tenants", from_tenants.applied},
                                {"broken_tenants", from_tenants.broken},
                                {"templates", from_templates.applied},
                                {"broken_templates", from_templates.broken}});
}

void Host::Parts::startEngine() {
  if (const auto& region = settings.default_region; !region.empty() && !phonenumber::isRegion(region)) {
    throw std::runtime_error("numbers.default_region: '" + region +
                             "' is no region with telephone numbers; allowed: an ISO 3166-1 code such as ES, or empty");
  }
  if (zones.find(settings.schedule.timezone) == nullptr) {
    throw std::runtime_error("schedule.timezone: there is no time zone '" + settings.schedule.timezone +
                             "'; allowed: " + std::string(kZoneForm));
  }
  misfires = std::make_unique<Misfires>(zones, misfireSettings(settings.schedule));
  if (!settings.redis.url.empty()) hints = std::make_unique<Hints>(settings.redis, log);
  engine =
      std::make_unique<Engine>(settings, EngineParts{storage->work, storage->ready, hints ? &hints->ready : nullptr,
                                                     storage->upkeep, *directory, *renderer, clock, metrics, log});
  callbacks = std::make_unique<CallbackDesk>(settings, storage->callbacks, storage->receipts, storage->look_ups,
                                             *directory, clock, metrics, log);
  gate->reload();
  queues = std::make_unique<QueueDesk>(
      settings,
      QueueControlParts{storage->queues, storage->pauses, storage->queue_operations, *directory, *gate, clock}, metrics,
      log);
  engine->setGate(*gate);
  engine->judgeBy(*misfires);
  engine->whenReceiptsWait([this] { callbacks->releaseNow(); });
  callbacks->whenQueued([this] { engine->look(); });
  feed = std::make_unique<FeedDesk>(settings, storage->feed, storage->statistics, metrics, log);
  engine->whenWritten([this] { feed->written(); });
  metrics.gauge("belfry_deliveries_in_flight", "Attempts in flight in this process",
                [this] { return engine->inFlight(); });
  metrics.gauge("belfry_database_connections_in_use", "Connections of this process that are in use",
                [this] { return storage->system_pool.stats().in_use + storage->tenant_pool.stats().in_use; });
  dedup = std::make_unique<DedupDesk>(settings, storage->intake, storage->dedup, clock, metrics, log);
  writer = std::make_unique<IntakeWriter>(dedup->intake(), *engine, log, writerSettings(settings.intake));
  critical_writer =
      std::make_unique<IntakeWriter>(dedup->intake(), *engine, log, writerSettings(settings.intake), "intake-critical");
  previews = std::make_unique<DeliveryPreviews>(*directory, *renderer);
  IntakeSettings intake_settings;
  intake_settings.idempotency_ttl = settings.idempotency_ttl;
  intake_settings.default_region = settings.default_region;
  intake_settings.dedup_ttls.insert(settings.dedup.ttls.begin(), settings.dedup.ttls.end());
  intake_settings.timezone = settings.schedule.timezone;
  intake =
      std::make_unique<Intake>(IntakeParts{*directory, *templates, storage->devices, storage->intake, numbers, zones,
                                           *previews, *channels, *writer, *critical_writer, clock, gate.get()},
                               sendAnswerJson, intake_settings);
  batch_intake = std::make_unique<BatchIntake>(*intake, *writer, settings.idempotency_ttl);
  dead_letters = std::make_unique<DeadLetterDesk>(
      settings, DeadLetterParts{storage->dead_letters, storage->notifications, *intake, *previews, clock}, metrics,
      log);
  startSchedules();
  pg::ListenerSettings listening;
  listening.url = database_url;
  listening.channels = {"belfry_work", "belfry_feed", "belfry_catalogue"};
  listener = std::make_unique<pg::Listener>(
      listening,
      [this, self = engine->owner().toString()](std::string_view channel, std::string_view payload) {
        if (channel == "belfry_work" && payload != self) {
          engine->look();
          feed->written();
        }
        if (channel == "belfry_feed") feed->moved();
        if (channel == "belfry_catalogue") watch->changed();
      },
      [this] {
        engine->look();
        feed->written();
        feed->moved();
        watch->changed();
      },
      log);
  writer->start();
  critical_writer->start();
  callbacks->start();
  feed->start();
  dedup->start();
  engine->start();
  queues->start();
  dead_letters->start();
  watch->start();
  plugin_watch->start();
}

void Host::Parts::startSchedules() {
  const auto& options = settings.schedule;
  scheduled_send = std::make_unique<ScheduledSend>(*intake, sendBody());
  firings =
      std::make_unique<ScheduleFirings>(storage->schedules, zones, *scheduled_send, clock, log, options.misfire_after);
  engine->fireSchedulesBy([this] { return firings->fireDue(); });
  schedules = std::make_unique<Schedules>(storage->schedules, zones, *scheduled_send, clock,
                                          ScheduleDefaults{options.misfire, options.timezone},
                                          [this] { engine->wakeSchedules(); });
  rescheduling =
      std::make_unique<Rescheduling>(storage->notifications, zones, clock, ReschedulingSettings{options.timezone});
}

void Host::Parts::startApi() {
  api_keys = std::make_unique<ApiKeys>(storage->keys, *authentication, clock);
  providers = std::make_unique<Providers>(storage->catalogue, *directory, *channels);
  ApiParts parts{*intake,
                 storage->notifications,
                 *batch_intake,
                 storage->batches,
                 storage->inbox,
                 storage->devices,
                 numbers,
                 storage->templates,
                 *engines,
                 *templates,
                 *channels,
                 *directory,
                 storage->catalogue,
                 *providers,
                 *api_keys,
                 *subscriber_tokens,
                 *authenticators,
                 *callbacks,
                 storage->callbacks,
                 *feed,
                 storage->feed,
                 storage->statistics,
                 clock,
                 storage->dedup,
                 queues->control(),
                 dead_letters->letters(),
                 storage->audit,
                 *rescheduling,
                 *schedules,
                 storage->schedules,
                 [this] { return readiness(); },
                 [this] { return metrics.text(); }};
  api = std::make_unique<RestApi>(assembleRouter(parts, settings, layout, server->port()), *authentication,
                                  storage->idempotency, clock, log, restSettings(settings));
  api->start();
  late_handler.set(*api);
}

Readiness Host::Parts::readiness() {
  Readiness seen;
  bool database = true;
  std::string detail;
  try {
    storage->upkeep.ping();
  } catch (const std::exception& error) {
    database = false;
    detail = error.what();
    log.warn("not ready", {{"reason", detail}});
  }
  seen.checks.push_back({"database", database ? "up" : "down", database ? "" : "cannot be reached"});
  seen.checks.push_back({"files", files_read ? "up" : "down", ""});
  seen.ready = database && files_read;
  return seen;
}

void Host::reload(const ReloadedSettings& fresh) {
  auto& parts = *parts_;
  for (const auto& change : fresh.changes) {
    parts.log.info(change.applied ? "setting changed" : "setting changed, a restart applies it",
                   {{"key", change.key}, {"before", change.before}, {"after", change.after}});
  }
  const auto& settings = fresh.effective.settings;
  parts.log.setLevel(settings.log_level);
  parts.engine->apply(settings);
  parts.misfires->apply(misfireSettings(settings.schedule));
  parts.firings->apply(settings.schedule.misfire_after);
  parts.settings.worker.drain = settings.worker.drain;
  parts.settings.shutdown_deadline = settings.shutdown_deadline;
  try {
    parts.reconcileFiles();
  } catch (const std::exception& error) {
    parts.log.error("files not reconciled, SIGHUP tries again", {{"reason", error.what()}});
  }
}

void Host::stop() {
  auto& parts = *parts_;
  const auto deadline = std::chrono::steady_clock::now() + parts.settings.shutdown_deadline;
  if (parts.feed) parts.feed->stopWaiting();
  if (parts.serving) parts.server->drain(parts.settings.shutdown_deadline / 4);
  parts.serving = false;
  if (parts.api) parts.api->stop();
  if (parts.writer) parts.writer->stop();
  if (parts.critical_writer) parts.critical_writer->stop();
  if (parts.callbacks) parts.callbacks->stop();
  if (parts.dedup) parts.dedup->stop();
  if (parts.queues) parts.queues->stop();
  if (parts.dead_letters) parts.dead_letters->stop();
  if (parts.engine) {
    auto drained = std::min(deadline, std::chrono::steady_clock::now() + parts.settings.worker.drain);
    parts.engine->stop(drained, [&] { parts.exchange->drain(std::chrono::steady_clock::now()); });
  }
  if (parts.feed) parts.feed->stop();
  if (parts.listener) parts.listener->stop();
  if (parts.plugin_watch) parts.plugin_watch->stop();
  if (parts.watch) parts.watch->stop();
  if (parts.server) parts.server->stop();
  // Pools close before their server ends.
  parts.api.reset();
  parts.listener.reset();
  parts.dead_letters.reset();
  parts.batch_intake.reset();
  parts.intake.reset();
  parts.writer.reset();
  parts.critical_writer.reset();
  parts.dedup.reset();
  parts.engine.reset();
  parts.queues.reset();
  parts.feed.reset();
  parts.hints.reset();
  parts.callbacks.reset();
  if (parts.embedded) parts.embedded->stop();
  parts.embedded.reset();
}

}  // namespace belfry
