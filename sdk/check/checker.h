// All checks of one plugin, in order.
#pragma once

#include <cstdint>
#include <string>

#include "check/report.h"

namespace belfry::check {

struct CheckRequest {
  std::string path;     ///< of the .so
  std::string vectors;  ///< directory of golden vectors; empty: none
  bool accept = false;  ///< rewrite vectors with what the plugin emits
  std::string only;     ///< checks whose id begins so; empty: all
  std::uint64_t seed = 1;
  std::uint32_t rounds = 2000;  ///< of each fuzz check, and operations of the memory check
  bool here = false;            ///< in this process, for a debugger
};

/// Runs every check. Plugin code runs in child processes only, unless `here`; the caller has one thread.
Report checkPlugin(const CheckRequest& request);

}  // namespace belfry::check
