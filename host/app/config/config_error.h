// What is wrong with a setting, said so that the reader can mend it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/jsonschema/json_schema.h"

namespace belfry {

struct ConfigError {
  std::string key;      ///< `http.port`, `providers[0].id`; empty: the document as a whole
  std::string value;    ///< compact JSON of what stood there, passwords masked; empty when it is missing
  std::string allowed;  ///< what may stand there; may be empty
  std::string source;   ///< `FILE:LINE`, `environment BELFRY__HTTP__PORT`, `flag --port`
  std::string message;  ///< one clause, e.g. `is too large`
};

/// One line: `belfry.yaml:3: http.port: is too large (value 99999; allowed: integer from 0 to 65535)`.
std::string toText(const ConfigError& error);
/// One line each.
std::string toText(const std::vector<ConfigError>& errors);

/// `/providers/0/id` → `providers[0].id`.
std::string keyOfPointer(std::string_view pointer);

ConfigError toConfigError(const SchemaViolation& violation, std::string source);

}  // namespace belfry
