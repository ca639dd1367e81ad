#include "adapters/embedded/embedded_services.h"

#include <future>

#include "adapters/embedded/data_directory.h"
#include "adapters/embedded/postgres_server.h"
#include "adapters/embedded/redis_server.h"
#include "adapters/embedded/server_keeper.h"
#include "adapters/embedded/stop_event.h"

namespace belfry {

using namespace embedded;

EmbeddedServices::EmbeddedServices(EmbeddedSettings settings, Log& log)
    : settings_(std::move(settings)), log_(log), stop_(std::make_unique<StopEvent>()) {}

EmbeddedServices::~EmbeddedServices() { stop(); }

EmbeddedEndpoints EmbeddedServices::start() {
  try {
    return launch();
  } catch (...) {
    stop();
    throw;
  }
}

EmbeddedEndpoints EmbeddedServices::launch() {
  EmbeddedEndpoints endpoints;
  std::vector<std::shared_future<void>> first_starts;
  {
    const std::lock_guard guard(mutex_);
    if (stop_->isSet()) throw EmbeddedError("the embedded services were stopped before they started");
    if (directory_) throw std::logic_error("EmbeddedServices::start was called twice");
    directory_ = std::make_unique<DataDirectory>(settings_.data_dir);
    auto postgres = makePostgres();
    auto redis = makeRedis();
    endpoints = {postgres->url(), redis->socket()};
    keep(std::move(postgres));
    keep(std::move(redis));
    for (const auto& keeper : keepers_) first_starts.push_back(keeper->firstStart());
  }
  for (auto& first_start : first_starts) first_start.get();
  return endpoints;
}

std::unique_ptr<PostgresServer> EmbeddedServices::makePostgres() {
  auto user = directory_->provide("postgres", {settings_.postgres_user}, "postgresql", log_);
  return std::make_unique<PostgresServer>(PostgresSettings{.data_dir = directory_->path(),
                                                           .bin_dir = settings_.pg_bin_dir,
                                                           .user = std::move(user),
                                                           .initdb_timeout = settings_.start_timeout,
                                                           .stop_timeout = settings_.stop_timeout},
                                          log_);
}

std::unique_ptr<RedisServer> EmbeddedServices::makeRedis() {
  auto user = directory_->provide("redis", {settings_.redis_user, settings_.postgres_user}, "redis-server", log_);
  return std::make_unique<RedisServer>(RedisSettings{.data_dir = directory_->path(),
                                                     .program = settings_.redis_server,
                                                     .user = std::move(user),
                                                     .stop_timeout = settings_.stop_timeout},
                                       log_);
}

void EmbeddedServices::keep(std::unique_ptr<EmbeddedServer> server) {
  const KeeperSettings settings{settings_.start_timeout, settings_.stop_timeout};
  keepers_.push_back(std::make_unique<ServerKeeper>(std::move(server), *stop_, settings, log_));
}

void EmbeddedServices::stop() {
  stop_->set();
  const std::lock_guard guard(mutex_);
  keepers_.clear();  // both end at the same time: each keeper saw the event
  directory_.reset();
}

}  // namespace belfry
