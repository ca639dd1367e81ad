// The port TemplateEngines on loaded plugins.
#pragma once

#include <map>

#include "adapters/plugins/host_services.h"
#include "adapters/plugins/plugin_registry.h"
#include "ports/templates.h"

namespace belfry::plugins {

class PluginEngines final : public TemplateEngines {
 public:
  /// An engine that cannot be created is left out and logged. Built on the main thread.
  PluginEngines(const PluginRegistry& registry, const Log& log);

  bool has(const std::string& engine) const override;
  std::vector<std::string> names() const override;
  Result<std::shared_ptr<const CompiledTemplate>, TemplateError> compile(
      const std::string& engine, const std::string& name, std::string_view text, Escape escape,
      const std::vector<std::pair<std::string, std::string>>& partials) override;

  class Engine;

 private:
  std::map<std::string, std::shared_ptr<Engine>> engines_;
};

}  // namespace belfry::plugins
