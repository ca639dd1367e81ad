// All checks of one plugin, in order.
#pragma once

#include <string>

#include "check/report.h"

namespace belfry::check {

struct CheckRequest {
  std::string path;     ///< of the .so
  std::string vectors;  ///< directory of golden vectors; empty: none
  bool accept = false;  ///< rewrite vectors with what the plugin emits
};

/// Runs every check. Plugin code runs in child processes only; the caller has one thread.
Report checkPlugin(const CheckRequest& request);

}  // namespace belfry::check
