#include "system/belfry_command.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "support/child_process.h"

namespace belfry::test {

Said runBelfry(const RunningHost& host, std::vector<std::string> args, std::map<std::string, std::string> env) {
  args.insert(args.begin(), std::string(std::getenv("BELFRY_BUILD_DIR")) + "/bin/belfry");
  env.emplace("BELFRY_SERVER", host.url());
  env.emplace("BELFRY_KEY_FILE", (host.dataDirectory() / "admin.key").string());
  ChildProcess child({.args = std::move(args), .env = std::move(env), .unset_env = {"BELFRY_KEY"}});
  const auto exit = child.waitForExit(std::chrono::seconds(60));
  EXPECT_TRUE(exit) << "still runs: " << child.output();
  return {exit ? exit->code : -1, child.standardOutput(), child.standardError()};
}

}  // namespace belfry::test
