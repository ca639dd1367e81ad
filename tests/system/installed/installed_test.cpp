// `cmake --install` into an empty prefix: what lies there runs by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/http_client.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Installed once for the program.
const fs::path& prefix() {
  static const TemporaryDirectory directory;
  static const fs::path installed = [] {
    ChildProcess install(
        {.args = {"cmake", "--install", std::getenv("BELFRY_BUILD_DIR"), "--prefix", directory.path() / "belfry"}});
    const auto exit = install.waitForExit(120s);
    EXPECT_TRUE(exit && exit->code == 0) << install.output();
    return directory.path() / "belfry";
  }();
  return installed;
}

TEST(Installed, HoldsProgramsPluginsSchemasAndSdk) {
  for (const auto* path :
       {"bin/belfryd", "bin/belfry", "bin/belfry-plugin-check", "lib/belfry/plugins/smtp.so",
        "lib/belfry/plugins/mustache.so", "lib/belfry/plugins/apikey.so", "lib/belfry/plugins/plugins.lock",
        "share/belfry/schemas/postgres/migrations/001_foundation.up.sql", "include/belfry/plugin.h",
        "etc/belfry/default.yaml"})
    EXPECT_TRUE(fs::exists(prefix() / path)) << path;
}

TEST(Installed, ItsProgramsDoTheMainJob) {
  const auto& stage = belfry::test::stage();
  const auto maps = readFile("/proc/" + std::to_string(stage.host.pid()) + "/maps");
  EXPECT_THAT(maps, HasSubstr((prefix() / "bin/belfryd").string()));
  EXPECT_THAT(maps, HasSubstr((prefix() / "lib/belfry/plugins/smtp.so").string()));
  ChildProcess cli(
      {.args = {prefix() / "bin/belfry", "send", "--server", stage.host.url(), "--key-file",
                stage.host.dataDirectory() / "admin.key", "--tenant", "acme", "--channel", "email", "--to",
                "installed@example.test", "--template", "welcome", "--data", R"({"orderId":7})", "--wait"}});
  const auto exit = cli.waitForExit(60s);
  EXPECT_TRUE(exit && exit->code == 0) << cli.output();
  EXPECT_EQ(mailTo(stage.sink, "installed@example.test").header("subject"), "Order 7");
  EXPECT_EQ(request("GET", stage.host.port(), "/docs").status, 200);
  EXPECT_EQ(request("GET", stage.host.port(), "/api/v1/openapi.yaml").status, 200);
}

int exitOf(const std::vector<std::string>& words, std::string& output) {
  ChildProcess program({.args = words});
  const auto exit = program.waitForExit(180s);
  output = program.output();
  return exit ? exit->code : -1;
}

TEST(Installed, APluginIsMadeBuiltCheckedAndInstalledFromThePrefixAlone) {
  const TemporaryDirectory directory;
  const std::string folder = directory.path() / "acme-sms";
  const std::string belfry = prefix() / "bin/belfry";
  const auto plugin = folder + "/build/acme-sms.so";
  std::string output;
  EXPECT_EQ(exitOf({belfry, "plugin", "new", "--kind", "channel", "--name", "acme-sms", "--dir", folder}, output), 0)
      << output;
  EXPECT_EQ(exitOf({"cmake", "-G", "Ninja", "-S", folder, "-B", folder + "/build",
                    "-DCMAKE_PREFIX_PATH=" + prefix().string()},
                   output),
            0)
      << output;
  EXPECT_EQ(exitOf({"cmake", "--build", folder + "/build"}, output), 0) << output;
  EXPECT_EQ(exitOf({"ctest", "--test-dir", folder + "/build", "--output-on-failure"}, output), 0) << output;
  EXPECT_EQ(exitOf({belfry, "plugin", "install", plugin, "--vectors", folder + "/vectors", "--lock",
                    directory.path() / "plugins.lock", "--plugins-dir", directory.path()},
                   output),
            0)
      << output;
  EXPECT_THAT(output, HasSubstr("acme-sms 0.1.0 installed"));
}

TEST(Installed, ItsCommandRendersWithTheInstalledEngine) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() / "t") << "Hello {{name}}";
  std::ofstream(directory.path() / "d") << R"({"name":"Ada"})";
  ChildProcess render({.args = {prefix() / "bin/belfry", "render", "--template", directory.path() / "t", "--data",
                                directory.path() / "d"}});
  const auto exit = render.waitForExit(30s);
  EXPECT_TRUE(exit && exit->code == 0) << render.output();
  EXPECT_EQ(render.standardOutput(), "Hello Ada");
}

}  // namespace

Stage& stage() {
  static Stage the_one([] {
    HostOptions options;
    options.program = prefix() / "bin/belfryd";
    return options;
  }());
  return the_one;
}

}  // namespace belfry::test
