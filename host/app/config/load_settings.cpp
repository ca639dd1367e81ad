#include "app/config/load_settings.h"

#include "app/config/secret_mask.h"
#include "app/config/setting_layer.h"
#include "app/config/settings_reader.h"

namespace belfry {
namespace {

using Errors = std::vector<ConfigError>;

void mergeInto(SettingLayer& merged, Errors& errors, const LayerResult& layer) {
  if (!layer) {
    errors.insert(errors.end(), layer.error().begin(), layer.error().end());
    return;
  }
  for (const auto& [name, value] : *layer) merged[name] = value;
}

std::vector<EffectiveValue> inOrder(const SettingCatalogue& catalogue, const SettingLayer& merged) {
  std::vector<EffectiveValue> values;
  for (const SettingKey& key : catalogue.keys) {
    const SettingValue& value = merged.at(key.name);
    values.push_back({key.name, value.json, value.source, key.reloadable, key.secret});
  }
  return values;
}

std::string shown(const EffectiveValue& value) { return value.secret ? maskSecrets(value.json) : value.json; }

LoadedSettings fromValues(std::vector<EffectiveValue> values) {
  SettingLayer layer;
  for (const EffectiveValue& value : values) layer[value.key] = {value.json, value.source};
  return {readSettings(layer), std::move(values)};
}

}  // namespace

Result<LoadedSettings, Errors> loadSettings(const ConfigSources& sources) {
  const SettingCatalogue& catalogue = settingCatalogue();
  SettingLayer merged;
  Errors errors;
  mergeInto(merged, errors, defaultLayer(catalogue));
  if (sources.file) mergeInto(merged, errors, fileLayer(catalogue, *sources.file));
  mergeInto(merged, errors, environmentLayer(catalogue, sources.environment));
  mergeInto(merged, errors, flagLayer(catalogue, sources.flags));
  if (!errors.empty()) return failure(std::move(errors));
  return fromValues(inOrder(catalogue, merged));
}

std::vector<ConfigError> checkFitToStart(const Settings& settings) {
  Errors errors;
  if (!settings.embedded.enabled && settings.database.url.empty()) {
    errors.push_back({"database.url", "", "postgresql://user@host/database, or embedded.enabled (flag --embedded)", "",
                      "is missing"});
  }
  if (settings.embedded.enabled && settings.embedded.data_directory.empty()) {
    errors.push_back({"embedded.data_directory", "", "a directory (flag --data-dir)", "", "is missing"});
  }
  return errors;
}

std::string printConfig(const LoadedSettings& loaded) {
  std::string text;
  for (const EffectiveValue& value : loaded.values)
    text += value.key + ": " + shown(value) + "  # " + value.source + "\n";
  return text;
}

Result<ReloadedSettings, Errors> reloadSettings(const LoadedSettings& running, const ConfigSources& sources) {
  auto fresh = loadSettings(sources);
  if (!fresh) return failure(fresh.error());
  std::vector<SettingChange> changes;
  std::vector<EffectiveValue> values = running.values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const EffectiveValue& wanted = fresh->values[i];  // same catalogue, same order
    if (values[i].json != wanted.json)
      changes.push_back({wanted.key, shown(values[i]), shown(wanted), wanted.reloadable});
    if (values[i].json == wanted.json || wanted.reloadable) values[i] = wanted;
  }
  return ReloadedSettings{fromValues(std::move(values)), std::move(changes)};
}

}  // namespace belfry
