// Looks whether a lock of plugins has changed, and has the registry take what is new, without a restart.
#pragma once

#include <functional>
#include <string>

#include "adapters/plugins/plugin_registry.h"
#include "kit/log.h"
#include "workers/periodic_loop.h"

namespace belfry {

class PluginWatch {
 public:
  /// `changed` is called on the watch's thread whenever the registry's list has changed.
  PluginWatch(plugins::PluginRegistry& registry, std::function<void()> changed, const Log& log);

  void start() { loop_.start(); }
  void stop() { loop_.stop(); }

 private:
  bool look();

  plugins::PluginRegistry& registry_;
  const std::function<void()> changed_;
  std::string stamp_;
  PeriodicLoop loop_;
};

}  // namespace belfry
