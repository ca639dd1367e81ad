#include "app/reconcile/tenant_reconciler.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

namespace belfry {
namespace {

struct SecretValue {
  std::optional<std::string> value;
  std::string problem;
};

SecretValue readSecret(const SecretLocation& location) {
  if (location.kind == SecretLocation::Kind::environment) {
    const char* value = std::getenv(location.name.c_str());
    if (value != nullptr && *value != '\0') return {std::string(value), {}};
    return {std::nullopt, "environment variable " + location.name + " is not set"};
  }
  std::ifstream file(location.name, std::ios::binary);
  if (!file) return {std::nullopt, "file " + location.name + " cannot be read"};
  std::string value{std::istreambuf_iterator<char>(file), {}};
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (value.empty()) return {std::nullopt, "file " + location.name + " is empty"};
  return {std::move(value), {}};
}

bool isRequired(const ChannelPlugins& plugins, const std::string& plugin, const std::string& secret) {
  const auto* info = plugins.find(plugin);
  return info != nullptr && std::find(info->required_secrets.begin(), info->required_secrets.end(), secret) !=
                                info->required_secrets.end();
}

}  // namespace

TenantReconciler::TenantReconciler(CatalogueStore& store, SubscriberKeyStore& keys, const ChannelPlugins& plugins,
                                   const Log& log, bool embedded)
    : store_(store), keys_(keys), plugins_(plugins), log_(log), embedded_(embedded) {}

ReconcileResult TenantReconciler::run(const std::filesystem::path& directory) {
  auto files = readTenantFiles(directory);
  for (const auto& error : files.errors)
    log_.error("tenant file is broken, its tenant is left as it was", {{"problem", toText(error)}});
  ReconcileResult result;
  result.broken = static_cast<int>(files.broken.size());
  for (const auto& file : files.tenants) {
    if (apply(file)) {
      ++result.applied;
    } else {
      ++result.broken;
    }
  }
  return result;
}

bool TenantReconciler::apply(const TenantFile& file) {
  Tenant tenant;
  tenant.slug = file.slug;
  tenant.name = file.name;
  tenant.auth = file.auth;
  tenant.source = Source::file;
  tenant.dedup = file.dedup;
  std::vector<ProviderInstance> instances;
  bool good = true;
  for (const auto& entry : file.providers) {
    auto instance = toInstance(entry);
    for (const auto& fault : plugins_.faults(instance)) {
      good = false;
      log_.error("tenant file is broken, its tenant is left as it was",
                 {{"file", entry.source}, {"provider", entry.id}, {"problem", fault}});
    }
    instances.push_back(std::move(instance));
  }
  const auto secret = subscriberSecret(file);
  if (!good || !secret) return false;
  const auto id = store_.reconcile(tenant, std::move(instances));
  if (!secret->away) keys_.reconcile(id, secret->text);
  return true;
}

std::optional<TenantReconciler::FileSecret> TenantReconciler::subscriberSecret(const TenantFile& file) const {
  if (!file.subscriber_secret) return FileSecret{};
  auto read = readSecret(*file.subscriber_secret);
  if (!read.value) {
    // As with a provider's secret the tenant lives on; what signed its tokens until now still does.
    log_.error("subscriber_secret cannot be read, the tenant's key is left as it was",
               {{"file", file.path.string()}, {"problem", read.problem}});
    return FileSecret{std::nullopt, true};
  }
  if (read.value->size() >= kLeastSecretBytes) return FileSecret{std::move(read.value), false};
  log_.error("tenant file is broken, its tenant is left as it was",
             {{"file", file.path.string()},
              {"problem", "subscriber_secret has " + std::to_string(read.value->size()) + " bytes, at least " +
                              std::to_string(kLeastSecretBytes) + " are needed"}});
  return std::nullopt;
}

ProviderInstance TenantReconciler::toInstance(const ProviderEntry& entry) const {
  ProviderInstance instance{};
  instance.slug = entry.id;
  instance.plugin = entry.plugin;
  instance.channel = entry.channel;
  instance.priority = entry.priority;
  instance.weight = entry.weight;
  instance.enabled = entry.enabled;
  instance.simulate = entry.simulate;
  instance.config_json = entry.config_json;
  instance.callback_id = entry.callback_id.value_or("");
  instance.source = Source::file;
  resolveSecrets(entry, instance);
  return instance;
}

void TenantReconciler::resolveSecrets(const ProviderEntry& entry, ProviderInstance& instance) const {
  for (const auto& [name, location] : entry.secrets) {
    auto secret = readSecret(location);
    if (secret.value) {
      instance.secrets.emplace(name, std::move(*secret.value));
    } else if (!(embedded_ && isRequired(plugins_, entry.plugin, name)) && !entry.simulate) {
      instance.problem += (instance.problem.empty() ? "" : "; ") + ("secret '" + name + "': " + secret.problem);
    }
  }
}

}  // namespace belfry
