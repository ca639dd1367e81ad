// One source's settings, checked against the schema before anything is merged: so each error names its own source.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/config/config_sources.h"
#include "app/config/setting_keys.h"
#include "kit/result.h"

namespace belfry {

struct SettingValue {
  std::string json;    ///< compact JSON
  std::string source;  ///< `default`, `belfry.yaml:3`, `environment BELFRY__HTTP__PORT`, `flag --port`
};

/// Key name → value.
using SettingLayer = std::map<std::string, SettingValue>;
using LayerResult = Result<SettingLayer, std::vector<ConfigError>>;

LayerResult defaultLayer(const SettingCatalogue& catalogue);
LayerResult fileLayer(const SettingCatalogue& catalogue, const std::filesystem::path& file);
LayerResult environmentLayer(const SettingCatalogue& catalogue,
                             const std::vector<std::pair<std::string, std::string>>& environment);
LayerResult flagLayer(const SettingCatalogue& catalogue, const std::vector<FlagSetting>& flags);

}  // namespace belfry
