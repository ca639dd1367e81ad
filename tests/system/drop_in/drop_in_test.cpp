// `belfry plugin install` beside a running host: seen within a second, without a restart, several versions at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/child_process.h"
#include "support/wait_until.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Where the plugins of these cases lie; named before the host starts.
const fs::path& place() {
  static const TemporaryDirectory directory;
  return directory.path();
}

/// A plugin without a fault, as `version`, which is as long as the one that it was built with.
fs::path plugin(const std::string& version, const std::string& more = "") {
  auto bytes = readFile(fs::path(std::getenv("BELFRY_BUILD_DIR")) / "tests" / "bad-plugins" / "innocent.so");
  EXPECT_FALSE(bytes.empty()) << "innocent.so is not built";
  const std::string built = "1.0.0";
  for (auto at = bytes.find(built); at != std::string::npos; at = bytes.find(built, at + 1))
    bytes.replace(at, built.size(), version);
  auto file = place() / ("bad-" + version + ".so");
  std::ofstream(file, std::ios::binary) << bytes << more;
  return file;
}

struct Ended {
  int code;
  std::string output;
};

Ended belfry(std::vector<std::string> words) {
  words.insert(words.begin(), fs::path(std::getenv("BELFRY_BUILD_DIR")) / "bin" / "belfry");
  for (const auto& [option, value] :
       {std::pair<std::string, fs::path>{"--lock", place() / "plugins.lock"}, {"--plugins-dir", place()}}) {
    words.push_back(option);
    words.push_back(value);
  }
  ChildProcess program({.args = words});
  const auto exit = program.waitForExit(60s);
  return {exit ? exit->code : -1, program.output()};
}

/// One line for each version of the plugin that the host knows: "1.0.0 true".
std::vector<std::string> seen() {
  std::vector<std::string> lines;
  const auto reply = stage().host.get("/api/v1/admin/plugins?limit=200");
  for (std::size_t i = 0; i < reply.size("/items"); ++i) {
    const auto place = "/items/" + std::to_string(i);
    if (reply.text(place + "/id") == "bad")
      lines.push_back(reply.text(place + "/version") +
                      (reply.text(place + "/loaded") == "true" ? " loaded" : " not loaded"));
  }
  return lines;
}

bool seenSoon(const std::vector<std::string>& wanted) {
  return waitUntil(30s, [&] { return seen() == wanted; });
}

TEST(DropIn, HostSeesEachVersionAndForgetsWhatIsRemoved) {
  EXPECT_TRUE(seen().empty());
  const auto first = belfry({"plugin", "install", plugin("1.0.0")});
  EXPECT_EQ(first.code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("warning: bad will run inside of the host's process"));
  EXPECT_TRUE(seenSoon({"1.0.0 loaded"}));

  const auto second = belfry({"plugin", "install", plugin("1.1.0")});
  EXPECT_EQ(second.code, 0) << second.output;
  EXPECT_TRUE(seenSoon({"1.0.0 loaded", "1.1.0 loaded"}));

  const auto again = belfry({"plugin", "install", plugin("1.1.0")});
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("was installed already"));

  const auto unclear = belfry({"plugin", "remove", "bad"});
  EXPECT_EQ(unclear.code, 1);
  EXPECT_THAT(unclear.output, HasSubstr("allowed: bad@1.1.0, bad@1.0.0"));
  const auto removed = belfry({"plugin", "remove", "bad@1.0.0"});
  EXPECT_EQ(removed.code, 0) << removed.output;
  EXPECT_TRUE(seenSoon({"1.1.0 loaded"}));
}

TEST(DropIn, SameVersionWithOtherContentIsRefused) {
  const auto first = belfry({"plugin", "install", plugin("2.0.0")});
  EXPECT_EQ(first.code, 0) << first.output;
  const auto other = belfry({"plugin", "install", plugin("2.0.0", "other")});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.output, HasSubstr("is installed with other content"));
}

TEST(DropIn, BadPluginIsNotInstalledAndLeavesNothing) {
  const auto built = fs::path(std::getenv("BELFRY_BUILD_DIR")) / "tests" / "bad-plugins";
  const auto before = readFile(place() / "plugins.lock");
  const auto bad = belfry({"plugin", "install", built / "sets_signal_handler.so"});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.output, HasSubstr("it fails its check"));
  EXPECT_THAT(bad.output, HasSubstr("mend: "));
  const auto none = belfry({"plugin", "install", place() / "plugins.lock"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.output, HasSubstr("it is not an ELF file"));
  EXPECT_EQ(readFile(place() / "plugins.lock"), before);
  for (const auto& entry : fs::recursive_directory_iterator(place() / "store"))
    EXPECT_EQ(entry.path().string().find(".new-"), std::string::npos) << entry.path();
}

}  // namespace

Stage& stage() {
  static Stage the_one([] {
    HostOptions options;
    options.set = {"plugins.lock=" + (place() / "plugins.lock").string()};
    return options;
  }());
  return the_one;
}

}  // namespace belfry::test
