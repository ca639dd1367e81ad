// The list of settings, as schemas/config/belfry.schema.json declares it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/jsonschema/json_schema.h"

namespace belfry {

enum class SettingType { text, number, flag, list };

struct SettingKey {
  std::string name;     ///< `http.port`
  std::string pointer;  ///< `/http/port`
  SettingType type = SettingType::text;
  bool reloadable = false;  ///< x-reload: SIGHUP applies a change
  bool path = false;        ///< x-path: a relative path is relative to the file that names it
  bool secret = false;      ///< x-secret: may hold a password
};

/// The compiled schema and its keys in the schema's order. Built once, immutable, thread-safe.
struct SettingCatalogue {
  JsonSchema schema;
  std::vector<SettingKey> keys;

  /// nullptr when there is no such key.
  const SettingKey* find(std::string_view name) const;
  /// Whether some key lies below `name`.
  bool isSection(std::string_view name) const;
  std::vector<std::string> names() const;
};

/// The catalogue of the schema that is compiled into the program.
const SettingCatalogue& settingCatalogue();

}  // namespace belfry
