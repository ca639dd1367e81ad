// The host's settings as typed values. Meaning and limits of each: config/default.yaml (made from
// schemas/config/belfry.schema.json).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kit/log.h"
#include "model/vocabulary.h"

namespace belfry {

enum class ProcessRole { api, worker, scheduler, relay };

struct HttpSettings {
  std::string address;
  std::uint16_t port = 0;  ///< 0: any free port
  std::string public_url;  ///< without trailing slash; empty: http://<address>:<port>
  std::vector<std::string> trusted_proxies;
  std::size_t max_body_bytes = 0;
  std::size_t max_head_bytes = 0;
  std::size_t max_head_fields = 0;
  std::chrono::milliseconds head_timeout{};
  std::chrono::milliseconds body_timeout{};
  std::chrono::milliseconds idle_timeout{};
  int io_threads = 0;
  int worker_threads = 0;
  std::size_t queue_limit = 0;
};

struct IntakeQueueSettings {
  std::size_t queue_limit = 0;
  std::size_t queue_bytes = 0;
  int tenant_share_percent = 0;
  std::size_t group_limit = 0;
};

struct DatabaseSettings {
  std::string url;
  std::string migrate_url;  ///< never empty when url is not
  int pool_size = 0;
  std::chrono::milliseconds acquire_timeout{};
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds statement_timeout{};  ///< 0: no limit
};

struct RedisSettings {
  std::string url;  ///< empty: none
  std::string prefix;
  std::chrono::milliseconds timeout{};
};

struct EmbeddedProfile {
  bool enabled = false;
  std::filesystem::path data_directory;
  std::filesystem::path postgres_bin_directory;  ///< empty: search
  std::filesystem::path redis_server;            ///< empty: search
  std::string run_as;
  std::chrono::milliseconds start_timeout{};
  std::chrono::milliseconds stop_timeout{};
};

struct SecuritySettings {
  std::filesystem::path master_key_file;  ///< empty: none
  std::string master_key_env;
};

struct PluginSettings {
  std::filesystem::path directory;  ///< empty: beside the program
  std::filesystem::path lock;       ///< empty: none
};

struct WorkerSettings {
  int slots = 0;
  int critical_slots = 0;
  std::chrono::milliseconds lease{};
  std::chrono::milliseconds poll{};
  std::chrono::milliseconds drain{};
};

struct RetrySettings {
  int attempts = 0;
  std::chrono::milliseconds base{};
  double factor = 0;
  std::chrono::milliseconds cap{};
  std::chrono::milliseconds total{};
  std::chrono::milliseconds retry_after_cap{};
};

struct ExchangeSettings {
  std::vector<std::string> resolve;              ///< host:port:address
  std::filesystem::path ca_file;                 ///< empty: the system's
  std::vector<std::string> allow_private_hosts;  ///< host:port
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds timeout{};
  int max_connections_per_host = 0;
  int max_smtp_connections_per_host = 0;
  std::chrono::milliseconds idle_connection{};
};

struct CallbackOptions {
  std::size_t max_body_bytes = 0;
  std::chrono::milliseconds timeout{};
  int max_in_flight = 0;
  std::chrono::hours parked_for{};
  std::chrono::hours keep{};
};

struct FeedOptions {
  std::chrono::hours keep{};
  std::size_t most_waiting = 0;
};

struct DedupOptions {
  std::map<Channel, std::chrono::hours> ttls;  ///< every channel
  double alert_rate = 0;                       ///< 0: no alerts
  std::size_t alert_minimum = 0;
  std::chrono::seconds alert_period{};
  int trend_days = 0;
};

struct ScheduleOptions {
  MisfirePolicy misfire{};
  std::chrono::milliseconds misfire_after{};
  std::string timezone;  ///< IANA
};

/// How long dead letters of a state are kept.
struct LetterRetention {
  std::chrono::hours keep{};
  std::int64_t per_tenant = 0;
};

struct Settings {
  std::set<ProcessRole> roles;
  HttpSettings http;
  DatabaseSettings database;
  RedisSettings redis;
  EmbeddedProfile embedded;
  SecuritySettings security;
  std::filesystem::path tenants_directory;    ///< empty: none
  std::filesystem::path templates_directory;  ///< empty: none
  PluginSettings plugins;
  WorkerSettings worker;
  std::map<Channel, RetrySettings> retry;        ///< every channel
  std::map<Channel, LeasePolicy> lease_expired;  ///< every channel
  ExchangeSettings exchange;
  int devices_per_user = 0;
  std::string default_region;  ///< ISO 3166-1; empty: none
  CallbackOptions callbacks;
  FeedOptions feed;
  IntakeQueueSettings intake;
  ScheduleOptions schedule;
  std::chrono::hours idempotency_ttl{};
  DedupOptions dedup;
  int partitions_ahead_months = 0;
  int statistics_days = 0;
  LetterRetention dead_letters;
  LetterRetention replayed_letters;  ///< and settled ones
  LogLevel log_level = LogLevel::info;
  std::chrono::milliseconds shutdown_deadline{};
};

}  // namespace belfry
