#include "services/tenants/directory.h"

#include <tuple>

namespace belfry {
namespace {

auto identity(const ProviderInstance& row) {
  return std::tie(row.tenant, row.id, row.slug, row.plugin, row.channel, row.priority, row.weight, row.enabled,
                  row.simulate, row.config_json, row.secrets, row.callback_id, row.problem);
}

}  // namespace

std::vector<std::shared_ptr<const DirectoryInstance>> DirectoryTenant::enabled(Channel channel) const {
  std::vector<std::shared_ptr<const DirectoryInstance>> found;
  for (const auto& instance : instances)
    if (instance->row.channel == channel && instance->row.enabled) found.push_back(instance);
  return found;
}

Directory::Directory(CatalogueStore& store, ChannelPlugins& plugins, const Log& log)
    : store_(store), plugins_(plugins), log_(log), snapshot_(std::make_shared<const DirectorySnapshot>()) {}

void Directory::reload() {
  std::lock_guard lock(reloading_);
  auto old = snapshot();
  std::unordered_map<Uuid, std::shared_ptr<const DirectoryInstance>> running;
  for (const auto& [id, tenant] : old->by_id)
    for (const auto& instance : tenant->instances) running[instance->row.id.value] = instance;

  std::unordered_map<TenantId, std::shared_ptr<DirectoryTenant>> tenants;
  for (auto& row : store_.tenants()) {
    auto id = row.id;
    tenants[id] = std::make_shared<DirectoryTenant>(DirectoryTenant{std::move(row), {}});
  }
  for (auto& row : store_.providers()) {
    auto tenant = tenants.find(row.tenant);
    if (tenant == tenants.end()) continue;  // created between the two reads: the next announcement brings it
    auto before = running.find(row.id.value);
    // An instance that failed to start is tried again: a plugin may have been installed since.
    bool same = before != running.end() && before->second->running && identity(before->second->row) == identity(row);
    tenant->second->instances.push_back(same ? before->second : start(std::move(row)));
  }
  auto fresh = std::make_shared<DirectorySnapshot>();
  for (auto& [id, tenant] : tenants) {
    fresh->by_slug[tenant->row.slug] = tenant;
    for (const auto& instance : tenant->instances) fresh->by_callback[instance->row.callback_id] = instance;
    fresh->by_id[id] = std::move(tenant);
  }
  snapshot_.store(std::move(fresh));
}

std::shared_ptr<const DirectoryInstance> Directory::start(ProviderInstance row) const {
  auto instance = std::make_shared<DirectoryInstance>(DirectoryInstance{std::move(row), nullptr});
  if (instance->row.problem.empty()) {
    auto created = plugins_.create(instance->row);
    if (created) {
      instance->running = std::move(created).value();
    } else {
      instance->row.problem = created.error();
    }
  }
  if (!instance->row.problem.empty()) {
    log_.error(
        "provider instance cannot send",
        {{"provider", instance->row.slug}, {"plugin", instance->row.plugin}, {"problem", instance->row.problem}});
  }
  return instance;
}

std::shared_ptr<const DirectoryTenant> Directory::find(TenantId tenant) const {
  auto now = snapshot();
  auto found = now->by_id.find(tenant);
  return found == now->by_id.end() ? nullptr : found->second;
}

std::shared_ptr<const DirectoryTenant> Directory::find(std::string_view slug) const {
  auto now = snapshot();
  auto found = now->by_slug.find(slug);
  return found == now->by_slug.end() ? nullptr : found->second;
}

std::shared_ptr<const DirectorySnapshot> Directory::snapshot() const { return snapshot_.load(); }

}  // namespace belfry
