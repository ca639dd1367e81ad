// Everything of one process, put together in order and taken apart in reverse.
//
//   start: bind the port → PostgreSQL and Redis (embedded) → master key → migrations → pools and stores → plugins →
//          tenants and templates from files → admin key → engine → serve
//   stop:  answer what was begun → intake and callbacks → claims and attempts in flight → exchanges → settle → loops →
//   pools →
//          PostgreSQL and Redis
#pragma once

#include <memory>
#include <string>

#include "app/config/load_settings.h"
#include "app/install_layout.h"
#include "kit/log.h"

namespace belfry {

class Host {
 public:
  Host(LoadedSettings settings, InstallLayout layout, Log& log);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Throws std::exception with one readable line; what had been started is stopped then. On the main thread.
  void start();
  /// Applies what may change while it runs (SIGHUP): log level, retry and lease policies, the times of stopping, tenant
  /// and template files. Logs what would need a
  /// restart.
  void reload(const ReloadedSettings& fresh);
  void stop();
  /// After start().
  std::uint16_t port() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace belfry
