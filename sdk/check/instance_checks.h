// Runs the checks of checks.h, each in a child.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "check/manifest.h"
#include "check/report.h"

namespace belfry::check {

struct InstanceChecks {
  std::string plugin;
  std::string vectors;  ///< directory; empty: none
  std::uint64_t seed = 1;
  std::uint32_t rounds = 5000;
  bool here = false;  ///< in this process, for a debugger
  std::function<bool(const std::string& check)> wanted;
};

void checkInstances(const Manifest& manifest, const InstanceChecks& request, Report& report);

}  // namespace belfry::check
