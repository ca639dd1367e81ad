// YAML files as JSON text, so that one schema checker and one reader serve both; lines are kept for the messages.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/jsonschema/json_schema.h"
#include "app/config/config_error.h"
#include "kit/result.h"

namespace belfry {

/// One YAML document. A plain scalar is a number only when it is written as JSON would write it; so `+34600000001`,
/// `007` and `1_000` stay text and nothing loses its sign or zeros. `true`, `false`, `null`, `~` mean what they mean in
/// YAML 1.2; `yes`, `on` and dates are text.
class YamlDocument {
 public:
  /// Refused, with the line: what is not YAML, several documents, a key twice, keys that are not text, tags, bytes that
  /// are not UTF-8, more than 64 levels or 100 000 nodes (aliases counted each time). An empty text is an empty object.
  static Result<YamlDocument, ConfigError> parse(std::string_view text, const std::string& source);

  /// Compact JSON.
  const std::string& json() const { return json_; }
  /// `FILE:LINE` of a place, or of the nearest place around it.
  std::string sourceOf(std::string_view pointer) const;

 private:
  std::string source_;
  std::string json_;
  std::map<std::string, int, std::less<>> lines_;  // pointer → line, from 1
};

/// Parses and checks against a schema; every violation becomes an error with its line.
Result<YamlDocument, std::vector<ConfigError>> parseChecked(std::string_view text, const std::string& source,
                                                            const JsonSchema& schema);

/// The bytes of a file of at most 8 MiB; the error names the file and the reason.
Result<std::string, ConfigError> readConfigFile(const std::filesystem::path& path);

}  // namespace belfry
