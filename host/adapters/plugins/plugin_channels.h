// The port ChannelPlugins on loaded plugins.
#pragma once

#include <functional>

#include "adapters/plugins/host_services.h"
#include "adapters/plugins/instance_context.h"
#include "adapters/plugins/plugin_registry.h"
#include "ports/channels.h"
#include "ports/exchange.h"
#include "ports/plugin_values.h"
#include "ports/signatures.h"

namespace belfry::plugins {

/// Checks a config against a JSON Schema; each line names path, value and what is allowed. Empty: it fits.
using ConfigCheck =
    std::function<std::vector<std::string>(const std::string& schema_json, const std::string& config_json)>;

struct PluginChannelsSettings {
  bool simulate_without_secrets =
      false;               ///< the embedded profile: an instance that lacks a required secret is simulated
  std::string public_url;  ///< http.public_url, without a slash at its end; empty: callbacks cannot arrive
};

/// What instances work with; each outlives them.
struct PluginChannelsParts {
  Exchange& exchange;
  Signatures& signatures;
  PluginValues& values;
  CountEvent count;
};

class PluginChannels final : public ChannelPlugins {
 public:
  PluginChannels(const PluginRegistry& registry, PluginChannelsParts parts, ConfigCheck check_config, const Log& log,
                 PluginChannelsSettings settings);

  std::vector<PluginInfo> plugins() const override;
  const PluginInfo* find(const std::string& plugin) const override;
  std::vector<std::string> faults(const ProviderInstance& instance) const override;
  Result<std::shared_ptr<ChannelInstance>, std::string> create(const ProviderInstance& instance) override;

 private:
  Result<std::shared_ptr<const InstanceContext>, std::string> start(const LoadedPlugin& plugin,
                                                                    const ProviderInstance& instance);

  const PluginRegistry& registry_;
  PluginChannelsParts parts_;
  const ConfigCheck check_config_;
  const Log& log_;
  const PluginChannelsSettings settings_;
  TaskThread tasks_;
};

}  // namespace belfry::plugins
