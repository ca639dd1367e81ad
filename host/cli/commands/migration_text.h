// What `belfry migrate` prints.
#pragma once

#include <string>
#include <vector>

#include "adapters/postgres/migrator.h"
#include "cli/console.h"

namespace belfry::cli {

/// `what` is "applied" or "taken back"; as JSON {"migrations":[…],"version":3}.
void printSteps(Console& console, bool as_json, const char* what, const std::vector<std::string>& names, int version);
/// As JSON
/// {"version":3,"current":true,"vocabularyPending":false,"migrations":[{"version","name","state","appliedAt"}]}.
void printStatus(Console& console, bool as_json, const pg::MigrationStatus& status);

}  // namespace belfry::cli
