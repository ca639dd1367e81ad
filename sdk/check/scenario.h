// What the checks that need a configured instance work with: config, secrets and requests from the golden vectors.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "belfry/steps.h"
#include "check/manifest.h"
#include "check/secrets.h"

namespace belfry::check {

/// One vector file.
struct Scenario {
  std::string name;
  std::string config;  ///< JSON
  Secrets secrets;
  std::int64_t now_ms = 0;
  std::int32_t kind = 0;  ///< BF_REQ_*; 0: it is about a refused config
  std::shared_ptr<rapidjson::Document> vector;

  /// nullptr when it is about a refused config.
  const rapidjson::Value* request() const;
};

/// The inputs that lead to a place where the operation waits; empty: right behind begin.
using Path = std::vector<const rapidjson::Value*>;

/// Reads every *.json of a directory; what cannot be read is left out, since the check vectors/ says so. An empty name
/// has none.
std::vector<Scenario> readScenarios(const std::string& directory);

/// Every place of a scenario where the vectors say that it waits.
std::vector<Path> waitingPlaces(const Scenario& scenario);

/// Throws std::invalid_argument when it is no JSON object.
void readVector(const std::string& path, rapidjson::Document& out);
Secrets secretsOf(const rapidjson::Value& vector);
std::vector<std::string> vectorFiles(const std::string& directory);

}  // namespace belfry::check
