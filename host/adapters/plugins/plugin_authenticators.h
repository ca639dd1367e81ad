// The port Authenticators on loaded plugins.
#pragma once

#include <map>

#include "adapters/plugins/machine.h"
#include "adapters/plugins/plugin_registry.h"
#include "ports/authenticators.h"
#include "ports/key_store.h"

namespace belfry::plugins {

class PluginAuthenticators final : public Authenticators {
 public:
  /// Built on the main thread; a plugin whose instance cannot be created is left out and logged.
  PluginAuthenticators(const PluginRegistry& registry, KeyStore& keys, const Log& log);

  std::vector<std::string> names() const override;
  bool has(const std::string& plugin) const override;
  AuthOutcome authenticate(const std::string& plugin, const PresentedCredential& credential) override;

 private:
  KeyStore& keys_;
  std::map<std::string, std::shared_ptr<const Machine>> machines_;
};

}  // namespace belfry::plugins
