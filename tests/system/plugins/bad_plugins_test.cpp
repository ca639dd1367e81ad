// Plugins that must not be loaded, named by an operator's plugins.lock: each is refused with its reason, the host stays
// up and the good ones work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "kit/crypto.h"
#include "system/received_mail.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct BadPlugin {
  std::string id;      ///< of three letters, as long as the one that the file was built with
  std::string file;    ///< of tests/bad-plugins
  std::string reason;  ///< words of the problem wanted
};

const std::vector<BadPlugin>& badPlugins() {
  static const std::vector<BadPlugin> all = {{"b01", "crash_in_constructor", "crashes while it is loaded"},
                                             {"b02", "crash_in_entry", "crashes while it is loaded"},
                                             {"b03", "exit_in_constructor", "ends the process while it is loaded"},
                                             {"b04", "throw_in_constructor", "crashes while it is loaded"},
                                             {"b05", "wrong_generation", "generation"},
                                             {"b06", "no_note", "manifest note"},
                                             {"b07", "two_notes", "manifest notes"},
                                             {"b08", "bad_json", ""},
                                             {"b09", "no_entry", "does not export"},
                                             {"b10", "innocent", "sha256"},
                                             {"b11", "", "nowhere.so: No such file or directory"},
                                             {"b12", "stays_unresolved", "undefined symbol"}};
  return all;
}

/// Built for one id; here each gets its own, so that one host can be shown all of them.
std::string withId(std::string bytes, const std::string& id) {
  const std::string built = R"("id": "bad")";
  for (auto at = bytes.find(built); at != std::string::npos; at = bytes.find(built, at + 1))
    bytes.replace(at, built.size(), "\"id\": \"" + id + "\"");
  return bytes;
}

std::string entryOf(const std::string& id, const std::string& file, const std::string& sha256) {
  return "  - {id: " + id + ", version: 1.0.0, file: " + file + ", sha256: " + sha256 + "}\n";
}

/// Writes copies and the lock into `directory`; returns the lock.
fs::path writeLock(const fs::path& directory) {
  const fs::path built = fs::path(std::getenv("BELFRY_BUILD_DIR")) / "tests" / "bad-plugins";
  std::string lock = "plugins:\n";
  for (const auto& plugin : badPlugins()) {
    if (plugin.file.empty()) {
      lock += entryOf(plugin.id, "nowhere.so", std::string(64, '0'));
      continue;
    }
    const auto bytes = withId(readFile(built / (plugin.file + ".so")), plugin.id);
    EXPECT_FALSE(bytes.empty()) << plugin.file << " is not built";
    std::ofstream(directory / (plugin.id + ".so"), std::ios::binary) << bytes;
    const bool wrong_hash = plugin.reason == "sha256";
    lock += entryOf(plugin.id, plugin.id + ".so", wrong_hash ? std::string(64, 'a') : toHex(asView(sha256(bytes))));
  }
  std::ofstream(directory / "plugins.lock") << lock;
  return directory / "plugins.lock";
}

HostOptions withBadPlugins(const fs::path& directory) {
  HostOptions options;
  options.set = {"plugins.lock=" + writeLock(directory).string()};
  options.tenant_files["crashing"] = "tenant: crashing\nproviders:\n  - {id: one, plugin: b01, channel: email}\n";
  return options;
}

ApiReply pluginList() {
  auto reply = stage().host.get("/api/v1/admin/plugins?limit=200");
  EXPECT_EQ(reply.status, 200) << reply.body;
  return reply;
}

/// The pointer to a plugin in the list; "" when it is not there.
std::string placeOf(const ApiReply& list, const std::string& id) {
  for (std::size_t i = 0; i < list.size("/items"); ++i)
    if (list.text("/items/" + std::to_string(i) + "/id") == id) return "/items/" + std::to_string(i);
  return "";
}

TEST(BadPlugins, AreShownWithTheirReason) {
  const auto list = pluginList();
  for (const auto& plugin : badPlugins()) {
    const auto place = placeOf(list, plugin.id);
    ASSERT_NE(place, "") << plugin.id << " (" << plugin.file << ") is not listed: " << list.body;
    EXPECT_EQ(list.text(place + "/loaded"), "false") << plugin.file;
    EXPECT_NE(list.text(place + "/problem"), "null") << plugin.file;
    EXPECT_THAT(list.text(place + "/problem"), HasSubstr(plugin.reason)) << plugin.file;
  }
}

TEST(BadPlugins, AreLoggedWithTheirReason) {
  for (const auto& plugin : badPlugins()) {
    std::vector<std::string> about;
    for (const auto& line : stage().host.logs())
      if (line.find("\"plugin not loaded\",\"plugin\":\"" + plugin.id + "\"") != std::string::npos)
        about.push_back(line);
    ASSERT_EQ(about.size(), 1u) << plugin.id << " " << plugin.file;
    EXPECT_THAT(about[0], HasSubstr(plugin.reason)) << plugin.file;
  }
}

TEST(BadPlugins, LeaveTheGoodOnesWorking) {
  const auto list = pluginList();
  for (const auto* id : {"smtp", "mustache", "apikey"}) {
    const auto place = placeOf(list, id);
    ASSERT_NE(place, "") << list.body;
    EXPECT_EQ(list.text(place + "/loaded"), "true") << id;
    EXPECT_EQ(list.text(place + "/problem"), "null") << id;
    EXPECT_EQ(list.text(place + "/manifest/id"), id);
    EXPECT_EQ(list.text(place + "/sha256").size(), 64u);
  }
  EXPECT_EQ(stage().sendAndWait(mailBody("beside.bad.plugins@example.test")).text("/status"), "sent");
}

TEST(BadPlugins, MakeTheirProvidersSayWhy) {
  const auto& host = stage().host;
  const auto shown = host.get("/api/v1/admin/providers/one", "crashing");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_THAT(shown.text("/problem"), HasSubstr("crashes while it is loaded"));
  const auto sent = host.send(mailBody("nowhere@example.test"), "crashing");
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto failed = host.waitForStatus(sent.text("/id"), "failed", "crashing");
  EXPECT_THAT(failed.text("/deliveries/0/error/detail"), HasSubstr("crashes while it is loaded")) << failed.body;
}

}  // namespace

Stage& stage() {
  static const TemporaryDirectory directory;
  static Stage the_one(withBadPlugins(directory.path()));
  return the_one;
}

}  // namespace belfry::test
