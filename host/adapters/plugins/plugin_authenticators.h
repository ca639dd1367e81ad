// The port Authenticators on loaded plugins.
#pragma once

#include <functional>
#include <map>

#include "adapters/plugins/machine.h"
#include "adapters/plugins/plugin_registry.h"
#include "ports/authenticators.h"
#include "ports/key_store.h"
#include "ports/signatures.h"

namespace belfry::plugins {

/// The live MAC keys of a tenant, newest first; with a key id only that one.
using TenantMacKeys = std::function<std::vector<std::string>(const std::string& tenant, const std::string& key_id)>;

class PluginAuthenticators final : public Authenticators {
 public:
  /// Built on the main thread; a plugin whose instance cannot be created is left out and logged.
  PluginAuthenticators(const PluginRegistry& registry, KeyStore& keys, TenantMacKeys mac_keys, Signatures& signatures,
                       const Log& log);

  std::vector<std::string> names() const override;
  bool has(const std::string& plugin) const override;
  AuthOutcome authenticate(const std::string& plugin, const PresentedCredential& credential) override;

 private:
  KeyStore& keys_;
  const TenantMacKeys mac_keys_;
  Signatures& signatures_;
  std::map<std::string, std::shared_ptr<const Machine>> machines_;
};

}  // namespace belfry::plugins
