#include "adapters/plugins/plugin_authenticators.h"

#include "adapters/plugins/auth_operation.h"
#include "adapters/plugins/host_services.h"

namespace belfry::plugins {

PluginAuthenticators::PluginAuthenticators(const PluginRegistry& registry, KeyStore& keys, TenantMacKeys mac_keys,
                                           Signatures& signatures, const Log& log)
    : keys_(keys), mac_keys_(std::move(mac_keys)), signatures_(signatures) {
  for (const auto& plugin : registry.all()) {
    const auto* table = PluginRegistry::table<bf_auth_v1>(plugin, BF_AUTH_1);
    if (table == nullptr) continue;
    HostServiceParts parts{log, &signatures, {}, [&keys](std::string_view secret) { return keys.hash(secret); }, {}};
    auto services = std::make_unique<HostServices>(std::move(parts), plugin.info.id, "");
    auto machine = Machine::create(*table, std::move(services), "{}");
    if (machine) {
      machines_.try_emplace(plugin.info.id, *machine);  // of several versions the newest, which comes first
    } else {
      log.error("auth plugin cannot be created", {{"plugin", plugin.info.id}, {"problem", machine.error()}});
    }
  }
}

std::vector<std::string> PluginAuthenticators::names() const {
  std::vector<std::string> names;
  for (const auto& [name, machine] : machines_) names.push_back(name);
  return names;
}

bool PluginAuthenticators::has(const std::string& plugin) const { return machines_.contains(plugin); }

AuthOutcome PluginAuthenticators::authenticate(const std::string& plugin, const PresentedCredential& credential) {
  return AuthOperation::run(machines_.at(plugin), {keys_, mac_keys_, signatures_}, credential);
}

}  // namespace belfry::plugins
