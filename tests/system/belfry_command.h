// The command line tool against a running host.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/running_host.h"

namespace belfry::test {

struct Said {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs `belfry` as the platform admin of `host` and waits for its end; fails the test when that takes more than a
/// minute.
Said runBelfry(const RunningHost& host, std::vector<std::string> args, std::map<std::string, std::string> env = {});

}  // namespace belfry::test
