#include "adapters/postgres/pg_catalogue_store.h"

#include <map>

#include "adapters/postgres/dedup_policy_json.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

Source sourceOf(std::string_view text) { return text == "file" ? Source::file : Source::api; }

std::vector<std::string> copy(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

ProviderInstance toInstance(const Row& row) {
  ProviderInstance instance{};
  instance.tenant = {row.uuid(0)};
  instance.id = {row.uuid(1)};
  instance.slug = row.text(2);
  instance.plugin = row.text(3);
  instance.channel = required(parseChannel(row.text(4)), "channel");
  instance.priority = static_cast<int>(row.int64(5));
  instance.weight = static_cast<int>(row.int64(6));
  instance.enabled = row.boolean(7);
  instance.simulate = row.boolean(8);
  instance.config_json = row.text(9);
  instance.callback_id = row.text(11);
  instance.source = sourceOf(row.text(12));
  instance.problem = orEmpty(row.maybeText(13));
  return instance;
}

/// Inside a transaction the row stays locked to its end, so that two hosts that read the same file take turns.
std::optional<TenantId> findTenant(Connection& connection, const std::string& slug) {
  Params params;
  params.add(slug);
  auto rows = connection.run(sql::tenant_by_slug, params);
  if (rows.empty()) return std::nullopt;
  return TenantId{rows[0].uuid(0)};
}

/// What cannot be opened, for whatever reason, is that one instance's problem.
void openSecrets(ProviderInstance& instance, std::string_view sealed, Keyring& keyring) {
  try {
    auto opened = keyring.open(instance.tenant, "provider_instances", "secrets", instance.id.value, sealed);
    auto secrets = opened ? parseSecrets(*opened) : std::nullopt;
    if (secrets) {
      instance.secrets = std::move(*secrets);
    } else {
      instance.problem = "its stored secrets cannot be decrypted";
    }
  } catch (const KeyringError& error) {
    instance.problem = std::string("its stored secrets cannot be decrypted: ") + error.what();
  }
}

/// Identifiers of the tenant's instances by slug, since secrets are sealed under them.
std::map<std::string, Uuid> existingIds(Transaction& transaction, TenantId tenant) {
  std::map<std::string, Uuid> ids;
  Params params;
  params.add(tenant);
  for (auto row : transaction.run(sql::providers_of_tenant, params)) ids.emplace(row.text(0), row.uuid(1));
  return ids;
}

std::optional<std::string> sealedSecrets(Keyring& keyring, const ProviderInstance& instance) {
  if (instance.secrets.empty()) return std::nullopt;
  return keyring.seal(instance.tenant, "provider_instances", "secrets", instance.id.value,
                      secretsToJson(instance.secrets));
}

std::string callbackIdOf(const ProviderInstance& instance) {
  return instance.callback_id.empty() ? toHex(randomBytes(16)) : instance.callback_id;
}

void upsert(Transaction& transaction, Keyring& keyring, const ProviderInstance& instance) {
  auto sealed = sealedSecrets(keyring, instance);
  Params params;
  params.add(instance.tenant);
  params.add(instance.id);
  params.add(instance.slug);
  params.add(instance.plugin);
  params.add(toText(instance.channel));
  params.add(static_cast<std::int32_t>(instance.priority));
  params.add(static_cast<std::int32_t>(instance.weight));
  params.add(instance.enabled);
  params.add(instance.simulate);
  params.add(instance.config_json);
  params.addNullableBytes(sealed);
  params.add(callbackIdOf(instance));
  params.add(orNull(instance.problem));
  params.add(orNull(instance.callback_id));
  transaction.run(sql::provider_upsert, params);
}

}  // namespace

PgCatalogueStore::PgCatalogueStore(Pool& pool, Keyring& keyring, const Clock& clock)
    : pool_(pool), keyring_(keyring), clock_(clock) {}

std::vector<Tenant> PgCatalogueStore::tenants() {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<Tenant> tenants;
    for (auto row : connection.run(sql::tenants_all)) {
      tenants.push_back({{row.uuid(0)},
                         std::string(row.text(1)),
                         std::string(row.text(2)),
                         required(parseTenantState(row.text(3)), "tenant state"),
                         copy(row.texts(4)),
                         sourceOf(row.text(5)),
                         row.time(7),
                         policyOf(row.maybeText(8))});
    }
    return tenants;
  });
}

std::vector<ProviderInstance> PgCatalogueStore::providers() {
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<ProviderInstance> instances;
    for (auto row : connection.run(sql::providers_all)) {
      auto instance = toInstance(row);
      if (auto sealed = row.maybeBytes(10)) {
        openSecrets(instance, *sealed, keyring_);
      }
      instances.push_back(std::move(instance));
    }
    return instances;
  });
}

std::optional<Tenant> PgCatalogueStore::createTenant(const std::string& slug, const std::string& name,
                                                     const std::vector<std::string>& auth) {
  auto id = TenantId::mint(clock_.now());
  Params params;
  params.add(id);
  params.add(slug);
  params.add(name);
  params.addTexts(auth);
  params.addBytes(keyring_.wrapNewKey(id));
  return withConnection(pool_, [&](Connection& connection) -> std::optional<Tenant> {
    auto rows = connection.run(sql::tenant_insert, params);
    if (rows.empty()) return std::nullopt;
    return Tenant{id, slug, name, TenantState::active, auth, Source::api, rows[0].time(0)};
  });
}

TenantId PgCatalogueStore::reconcile(const Tenant& tenant, std::vector<ProviderInstance> providers) {
  return withConnection(pool_, [&](Connection& connection) {
    // Secrets are sealed under the tenant's key, which other sessions must be able to read: a new tenant is committed
    // by itself.
    if (!findTenant(connection, tenant.slug)) upsertTenant(connection, tenant);
    Transaction transaction(connection);
    upsertTenant(connection, tenant);
    auto id = findTenant(connection, tenant.slug).value();
    auto ids = existingIds(transaction, id);
    std::vector<std::string> slugs;
    for (auto& instance : providers) {
      auto known = ids.find(instance.slug);
      instance.tenant = id;
      instance.id = {known == ids.end() ? newUuidV7(clock_.now()) : known->second};
      upsert(transaction, keyring_, instance);
      slugs.push_back(instance.slug);
    }
    Params kept;
    kept.add(id);
    kept.addTexts(slugs);
    transaction.run(sql::providers_delete_missing, kept);
    transaction.commit();
    return id;
  });
}

bool PgCatalogueStore::createProvider(ProviderInstance instance) {
  instance.id = ProviderId::mint(clock_.now());
  Params params;
  params.add(instance.tenant);
  params.add(instance.id);
  params.add(instance.slug);
  params.add(instance.plugin);
  params.add(toText(instance.channel));
  params.add(static_cast<std::int32_t>(instance.priority));
  params.add(static_cast<std::int32_t>(instance.weight));
  params.add(instance.enabled);
  params.add(instance.simulate);
  params.add(instance.config_json);
  params.addNullableBytes(sealedSecrets(keyring_, instance));
  params.add(callbackIdOf(instance));
  return withConnection(pool_,
                        [&](Connection& connection) { return !connection.run(sql::provider_insert, params).empty(); });
}

bool PgCatalogueStore::changeProvider(const ProviderInstance& instance) {
  Params params;
  params.add(instance.tenant);
  params.add(instance.id);
  params.add(static_cast<std::int32_t>(instance.priority));
  params.add(static_cast<std::int32_t>(instance.weight));
  params.add(instance.enabled);
  params.add(instance.simulate);
  params.add(instance.config_json);
  params.addNullableBytes(sealedSecrets(keyring_, instance));
  return withConnection(pool_,
                        [&](Connection& connection) { return !connection.run(sql::provider_update, params).empty(); });
}

bool PgCatalogueStore::removeProvider(TenantId tenant, ProviderId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return withConnection(pool_,
                        [&](Connection& connection) { return !connection.run(sql::provider_delete, params).empty(); });
}

void PgCatalogueStore::upsertTenant(Connection& connection, const Tenant& tenant) {
  auto minted = TenantId::mint(clock_.now());
  Params params;
  params.add(minted);
  params.add(tenant.slug);
  params.add(tenant.name);
  params.addTexts(tenant.auth);
  params.add(tenant.source == Source::file ? "file" : "api");
  params.addBytes(keyring_.wrapNewKey(minted));
  params.add(toJson(tenant.dedup));
  connection.run(sql::tenant_upsert, params);
}

}  // namespace belfry::pg
