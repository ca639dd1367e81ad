// Loading, showing and reloading the host's settings.
//
// Each source is checked by itself against schemas/config/belfry.schema.json, then merged key by key (a list replaces a
// list): default < config file < environment < flags. All errors of all sources are reported at once.
#pragma once

#include <string>
#include <vector>

#include "app/config/config_sources.h"
#include "app/config/settings.h"
#include "kit/result.h"

namespace belfry {

struct EffectiveValue {
  std::string key;
  std::string json;    ///< not masked
  std::string source;  ///< `default`, `FILE:LINE`, `environment NAME`, `flag --name`
  bool reloadable = false;
  bool secret = false;
};

struct LoadedSettings {
  Settings settings;
  std::vector<EffectiveValue> values;  ///< every key, in the order of config/default.yaml
};

Result<LoadedSettings, std::vector<ConfigError>> loadSettings(const ConfigSources& sources);

/// What no single key can tell: a database when not embedded, a data directory when embedded. For commands that start
/// the host; empty means fit to start.
std::vector<ConfigError> checkFitToStart(const Settings& settings);

/// One line per key: `http.port: 8080  # default`. Passwords are masked.
std::string printConfig(const LoadedSettings& loaded);

struct SettingChange {
  std::string key;
  std::string before;  ///< JSON, masked
  std::string after;   ///< JSON, masked
  bool applied;        ///< false: only a restart applies it
};

struct ReloadedSettings {
  LoadedSettings effective;            ///< what runs from now on: the old settings with the reloadable changes
  std::vector<SettingChange> changes;  ///< every key that differs, in order
};

/// Reads the sources again. On errors nothing changes.
Result<ReloadedSettings, std::vector<ConfigError>> reloadSettings(const LoadedSettings& running,
                                                                  const ConfigSources& sources);

}  // namespace belfry
