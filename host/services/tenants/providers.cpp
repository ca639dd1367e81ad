#include "services/tenants/providers.h"

#include <algorithm>

namespace belfry {
namespace {

/// Cuts `text` at the mark, which goes; what stood behind it, "" when there is none.
std::string cutBehind(std::string& text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string::npos) return "";
  auto behind = text.substr(at + mark.size());
  text.erase(at);
  return behind;
}

/// A line of ChannelPlugins::faults ("config/port: is too large, is 0; allowed: 1 to 65535") as a field of the body.
FieldError toFieldError(const std::string& line) {
  auto place = line;
  auto message = cutBehind(place, ": ");
  if (message.empty()) {
    place = "config";
    message = line;
  }
  auto allowed = cutBehind(message, "; allowed: ");
  auto value = cutBehind(message, ", is ");
  return {"/" + place, FieldErrorCode::not_allowed, std::move(message), std::move(value), std::move(allowed)};
}

Problem invalid(std::vector<FieldError> errors) {
  auto count = errors.size();
  return {ErrorCode::validation_failed,
          std::to_string(count) + (count == 1 ? " field is" : " fields are") + " not valid", std::move(errors)};
}

}  // namespace

std::optional<Problem> Providers::fault(const ProviderInstance& row) const {
  std::vector<FieldError> errors;
  for (const auto& line : plugins_.faults(row)) errors.push_back(toFieldError(line));
  if (!errors.empty()) return invalid(std::move(errors));
  // The schema is met; the plugin itself has the last word on what belongs together.
  auto trial = plugins_.create(row);
  if (trial) return std::nullopt;
  const auto* info = plugins_.find(row.plugin);
  bool about_secrets = trial.error().starts_with("required secret");
  if (info == nullptr || !info->loaded) return invalid({toFieldError("plugin: " + trial.error())});
  return invalid({toFieldError((about_secrets ? "secrets: " : "config: ") + trial.error())});
}

Result<Providers::Instance, Problem> Providers::create(TenantId tenant, const ProviderWish& wish) {
  ProviderInstance row{};
  row.tenant = tenant;
  row.slug = wish.slug;
  row.plugin = wish.plugin;
  const auto* info = plugins_.find(wish.plugin);
  if (wish.channel) {
    row.channel = *wish.channel;
  } else if (info != nullptr && info->channels.size() == 1) {
    row.channel = info->channels.front();
  } else if (info != nullptr) {
    return failure(invalid({{"/channel", FieldErrorCode::required, "is missing: the plugin serves several", {}, {}}}));
  }
  row.priority = wish.priority;
  row.weight = wish.weight;
  row.enabled = wish.enabled;
  row.simulate = wish.simulate;
  row.config_json = wish.config_json;
  row.secrets = wish.secrets;
  row.callback_id = wish.callback_id;
  if (auto wrong = fault(row)) return failure(std::move(*wrong));
  if (!store_.createProvider(row))
    return failure(Problem{ErrorCode::conflict, "there is a provider '" + shorten(wish.slug) + "' already", {}});
  directory_.reload();
  return find(tenant, wish.slug);
}

Result<Providers::Instance, Problem> Providers::change(TenantId tenant, const std::string& slug,
                                                       const ProviderChange& change) {
  auto present = ofApi(tenant, slug);
  if (!present) return present;
  auto row = (*present)->row;
  row.problem.clear();
  row.priority = change.priority.value_or(row.priority);
  row.weight = change.weight.value_or(row.weight);
  row.enabled = change.enabled.value_or(row.enabled);
  row.simulate = change.simulate.value_or(row.simulate);
  row.config_json = change.config_json.value_or(row.config_json);
  for (const auto& [name, value] : change.secrets) {
    if (value) row.secrets[name] = *value;
    else row.secrets.erase(name);
  }
  if (auto wrong = fault(row)) return failure(std::move(*wrong));
  if (!store_.changeProvider(row)) return find(tenant, slug);  // removed meanwhile: says so
  directory_.reload();
  return find(tenant, slug);
}

Result<Providers::Instance, Problem> Providers::remove(TenantId tenant, const std::string& slug) {
  auto present = ofApi(tenant, slug);
  if (!present) return present;
  store_.removeProvider(tenant, (*present)->row.id);
  directory_.reload();
  return present;
}

Result<Providers::Instance, Problem> Providers::find(TenantId tenant, const std::string& slug) const {
  if (auto found = directory_.find(tenant)) {
    for (const auto& instance : found->instances)
      if (instance->row.slug == slug) return instance;
  }
  return failure(Problem{ErrorCode::not_found, "there is no provider '" + shorten(slug) + "'", {}});
}

Result<Providers::Instance, Problem> Providers::ofApi(TenantId tenant, const std::string& slug) const {
  auto found = find(tenant, slug);
  if (found && (*found)->row.source == Source::file) {
    return failure(Problem{
        ErrorCode::conflict, "provider '" + shorten(slug) + "' comes from the tenant's file: change it there", {}});
  }
  return found;
}

}  // namespace belfry
