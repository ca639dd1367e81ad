#include "app/config/settings_reader.h"

#include <stdexcept>

#include "kit/json.h"

namespace belfry {
namespace {

using std::chrono::milliseconds;

class Reader {
 public:
  explicit Reader(const SettingLayer& values) : values_(values) {}

  std::string text(const std::string& key) const {
    return std::string(asView(value(key, [](const JsonValue& v) { return v.IsString(); })));
  }
  std::filesystem::path path(const std::string& key) const { return text(key); }
  bool flag(const std::string& key) const {
    return value(key, [](const JsonValue& v) { return v.IsBool(); }).GetBool();
  }
  double real(const std::string& key) const {
    return value(key, [](const JsonValue& v) { return v.IsNumber(); }).GetDouble();
  }
  milliseconds ms(const std::string& key) const { return milliseconds(whole<std::int64_t>(key)); }

  template <class I>
  I whole(const std::string& key) const {
    return static_cast<I>(value(key, [](const JsonValue& v) { return v.IsInt64(); }).GetInt64());
  }

  std::vector<std::string> list(const std::string& key) const {
    const JsonDocument items = value(key, [](const JsonValue& v) { return v.IsArray(); });
    std::vector<std::string> texts;
    for (const JsonValue& item : items.GetArray()) texts.emplace_back(asView(item));
    return texts;
  }

 private:
  template <class Check>
  JsonDocument value(const std::string& key, Check is_wanted) const {
    const auto found = values_.find(key);
    if (found == values_.end()) throw std::logic_error("config/default.yaml has no " + key);
    auto json = parseJson(found->second.json);
    if (!json || !is_wanted(*json)) throw std::logic_error("belfry.schema.json allows a wrong type for " + key);
    return std::move(*json);
  }

  const SettingLayer& values_;
};

ProcessRole processRole(const std::string& text) {
  if (text == "api") return ProcessRole::api;
  if (text == "worker") return ProcessRole::worker;
  if (text == "scheduler") return ProcessRole::scheduler;
  if (text == "relay") return ProcessRole::relay;
  throw std::logic_error("belfry.schema.json allows an unknown role " + text);
}

std::set<ProcessRole> roles(const Reader& in) {
  std::set<ProcessRole> all;
  for (const std::string& text : in.list("roles")) all.insert(processRole(text));
  return all;
}

std::string withoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

HttpSettings http(const Reader& in) {
  return {.address = in.text("http.address"),
          .port = in.whole<std::uint16_t>("http.port"),
          .public_url = withoutSlash(in.text("http.public_url")),
          .trusted_proxies = in.list("http.trusted_proxies"),
          .max_body_bytes = in.whole<std::size_t>("http.max_body_bytes"),
          .max_head_bytes = in.whole<std::size_t>("http.max_head_bytes"),
          .max_head_fields = in.whole<std::size_t>("http.max_head_fields"),
          .head_timeout = in.ms("http.head_timeout_ms"),
          .body_timeout = in.ms("http.body_timeout_ms"),
          .idle_timeout = in.ms("http.idle_timeout_ms"),
          .io_threads = in.whole<int>("http.io_threads"),
          .worker_threads = in.whole<int>("http.worker_threads"),
          .queue_limit = in.whole<std::size_t>("http.queue_limit")};
}

IntakeQueueSettings intake(const Reader& in) {
  return {.queue_limit = in.whole<std::size_t>("intake.queue_limit"),
          .queue_bytes = in.whole<std::size_t>("intake.queue_bytes"),
          .tenant_share_percent = in.whole<int>("intake.tenant_share_percent"),
          .group_limit = in.whole<std::size_t>("intake.group_limit")};
}

DatabaseSettings database(const Reader& in) {
  const std::string url = in.text("database.url");
  const std::string migrate_url = in.text("database.migrate_url");
  return {.url = url,
          .migrate_url = migrate_url.empty() ? url : migrate_url,
          .pool_size = in.whole<int>("database.pool_size"),
          .acquire_timeout = in.ms("database.acquire_timeout_ms"),
          .connect_timeout = in.ms("database.connect_timeout_ms"),
          .statement_timeout = in.ms("database.statement_timeout_ms")};
}

EmbeddedProfile embeddedServers(const Reader& in) {
  return {.enabled = in.flag("embedded.enabled"),
          .data_directory = in.path("embedded.data_directory"),
          .postgres_bin_directory = in.path("embedded.postgres_bin_directory"),
          .redis_server = in.path("embedded.redis_server"),
          .run_as = in.text("embedded.run_as"),
          .start_timeout = in.ms("embedded.start_timeout_ms"),
          .stop_timeout = in.ms("embedded.stop_timeout_ms")};
}

WorkerSettings worker(const Reader& in) {
  return {.slots = in.whole<int>("worker.slots"),
          .critical_slots = in.whole<int>("worker.critical_slots"),
          .lease = in.ms("worker.lease_ms"),
          .poll = in.ms("worker.poll_ms"),
          .drain = in.ms("worker.drain_ms")};
}

RetrySettings retry(const Reader& in, const std::string& section) {
  return {.attempts = in.whole<int>(section + ".attempts"),
          .base = in.ms(section + ".base_ms"),
          .factor = in.real(section + ".factor"),
          .cap = in.ms(section + ".cap_ms"),
          .total = in.ms(section + ".total_ms"),
          .retry_after_cap = in.ms(section + ".retry_after_cap_ms")};
}

ExchangeSettings exchange(const Reader& in) {
  return {.resolve = in.list("exchange.resolve"),
          .ca_file = in.path("exchange.ca_file"),
          .allow_private_hosts = in.list("exchange.allow_private_hosts"),
          .connect_timeout = in.ms("exchange.connect_timeout_ms"),
          .timeout = in.ms("exchange.timeout_ms"),
          .max_connections_per_host = in.whole<int>("exchange.max_connections_per_host"),
          .max_smtp_connections_per_host = in.whole<int>("exchange.max_smtp_connections_per_host"),
          .idle_connection = in.ms("exchange.idle_connection_ms")};
}

FeedOptions feed(const Reader& in) {
  return {.keep = std::chrono::hours(in.whole<int>("feed.keep_h")),
          .most_waiting = in.whole<std::size_t>("feed.max_waiting")};
}

CallbackOptions callbacks(const Reader& in) {
  return {.max_body_bytes = in.whole<std::size_t>("callbacks.max_body_bytes"),
          .timeout = in.ms("callbacks.timeout_ms"),
          .max_in_flight = in.whole<int>("callbacks.max_in_flight"),
          .parked_for = std::chrono::hours(in.whole<int>("callbacks.parked_for_hours")),
          .keep = std::chrono::hours(24 * in.whole<int>("callbacks.keep_days"))};
}

DedupOptions dedup(const Reader& in) {
  DedupOptions options;
  for (const Channel channel : allChannels())
    options.ttls[channel] = std::chrono::hours(in.whole<int>("dedup.ttl_h." + std::string(toText(channel))));
  options.alert_rate = in.real("dedup.alert_rate");
  options.alert_minimum = in.whole<std::size_t>("dedup.alert_minimum");
  options.alert_period = std::chrono::seconds(in.whole<int>("dedup.alert_period_s"));
  options.trend_days = in.whole<int>("dedup.trend_days");
  return options;
}

LetterRetention letters(const Reader& in, const std::string& which) {
  return {.keep = std::chrono::hours(24 * in.whole<int>("retention." + which + "_days")),
          .per_tenant = in.whole<std::int64_t>("retention." + which + "_per_tenant")};
}

ScheduleOptions schedule(const Reader& in) {
  return {.misfire = parseMisfirePolicy(in.text("schedule.misfire")).value(),
          .misfire_after = in.ms("schedule.misfire_after_ms"),
          .timezone = in.text("schedule.timezone")};
}

void readChannelPolicies(const Reader& in, Settings& settings) {
  for (const Channel channel : allChannels()) {
    const std::string name(toText(channel));
    settings.retry[channel] = retry(in, "retry." + name);
    settings.lease_expired[channel] = parseLeasePolicy(in.text("lease_expired." + name)).value();
  }
}

}  // namespace

Settings readSettings(const SettingLayer& values) {
  const Reader in(values);
  Settings settings;
  settings.roles = roles(in);
  settings.http = http(in);
  settings.database = database(in);
  settings.redis = {in.text("redis.url"), in.text("redis.prefix"), in.ms("redis.timeout_ms")};
  settings.embedded = embeddedServers(in);
  settings.security = {in.path("security.master_key_file"), in.text("security.master_key_env")};
  settings.tenants_directory = in.path("tenants.directory");
  settings.templates_directory = in.path("templates.directory");
  settings.plugins = {in.path("plugins.directory"), in.path("plugins.lock")};
  settings.worker = worker(in);
  readChannelPolicies(in, settings);
  settings.exchange = exchange(in);
  settings.devices_per_user = in.whole<int>("devices.max_per_user");
  settings.default_region = in.text("numbers.default_region");
  settings.callbacks = callbacks(in);
  settings.feed = feed(in);
  settings.intake = intake(in);
  settings.schedule = schedule(in);
  settings.idempotency_ttl = std::chrono::hours(in.whole<int>("idempotency.ttl_h"));
  settings.dedup = dedup(in);
  settings.partitions_ahead_months = in.whole<int>("retention.partitions_ahead_months");
  settings.statistics_days = in.whole<int>("retention.statistics_days");
  settings.dead_letters = letters(in, "dead_letters");
  settings.replayed_letters = letters(in, "replayed_letters");
  settings.log_level = parseLogLevel(in.text("log.level")).value();
  settings.shutdown_deadline = in.ms("shutdown.deadline_ms");
  return settings;
}

}  // namespace belfry
