// Adding and taking away plugins while a registry is in use, and the order of versions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "adapters/plugins/plugin_registry.h"
#include "adapters/plugins/plugin_store.h"
#include "adapters/plugins/plugin_version.h"
#include "plugin_files.h"

namespace belfry::test {
namespace {

using plugins::compareVersions;
using plugins::PluginRegistry;
using plugins::PluginStore;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST(PluginVersion, IsOrderedAsSemanticVersioningSays) {
  const std::vector<std::string> ascending = {
      "0.9.10",     "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1", "1.0.0",       "1.0.9",         "1.0.10",           "1.10.0",     "2.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      const int order = compareVersions(ascending[i], ascending[k]);
      EXPECT_EQ(order < 0, i < k) << ascending[i] << " " << ascending[k];
      EXPECT_EQ(order == 0, i == k) << ascending[i] << " " << ascending[k];
    }
  EXPECT_EQ(compareVersions("1.0.0+a", "1.0.0+b"), 0);
}

class DropIn : public ::testing::Test {
 protected:
  fs::path lock() const { return directory_.path() / "plugins.lock"; }
  PluginStore store() const { return {directory_.path(), lock()}; }
  void install(const fs::path& file) {
    auto staged = store().stage(file);
    ASSERT_TRUE(staged) << staged.error();
    EXPECT_EQ(store().add(*staged), "");
  }
  /// The module as another version: what names it in manifest and entry has the same length.
  fs::path versioned(const std::string& version) const {
    auto bytes = readFile(module("large-table"));
    for (auto at = bytes.find("1.0.0"); at != std::string::npos; at = bytes.find("1.0.0", at + 1))
      bytes.replace(at, 5, version);
    auto file = directory_.path() / ("large-table-" + version + ".so");
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

  TemporaryDirectory directory_;
  KeptLog log_;
};

TEST_F(DropIn, RegistryTakesWhatIsNewAndKeepsWhatItHas) {
  PluginRegistry registry({{lock()}, trialProgram()}, log_.log());
  EXPECT_TRUE(registry.all().empty());
  const auto before = registry.lockStamp();
  EXPECT_FALSE(registry.rescan());

  install(versioned("1.0.0"));
  EXPECT_NE(registry.lockStamp(), before);
  EXPECT_TRUE(registry.rescan());
  const auto* first = registry.find("large-table");
  ASSERT_NE(first, nullptr) << log_.text();
  EXPECT_TRUE(first->info.loaded) << first->info.problem;
  const auto* first_entry = first->entry;

  install(versioned("1.2.0"));
  EXPECT_TRUE(registry.rescan());
  ASSERT_EQ(registry.all().size(), 2u);
  EXPECT_EQ(registry.find("large-table")->info.version, "1.2.0");
  EXPECT_EQ(registry.find("large-table@1.0.0")->entry, first_entry);
  EXPECT_NE(registry.find("large-table@1.2.0")->entry, first_entry);
  EXPECT_EQ(registry.find("large-table@3.0.0"), nullptr);
  EXPECT_EQ(first->info.version, "1.0.0");  // what was handed out stays

  ASSERT_TRUE(store().remove("large-table@1.2.0"));
  EXPECT_TRUE(registry.rescan());
  EXPECT_EQ(registry.find("large-table")->info.version, "1.0.0");
  EXPECT_EQ(registry.find("large-table")->entry, first_entry);
}

TEST_F(DropIn, NewestThatCannotBeLoadedGivesWayToAnOlderOne) {
  install(versioned("1.0.0"));
  install(versioned("1.2.0"));
  const auto newest = store().list();
  ASSERT_TRUE(newest);
  std::ofstream(newest->front().file, std::ios::app) << "spoilt";
  const PluginRegistry registry({{lock()}, ""}, log_.log());
  EXPECT_EQ(registry.find("large-table")->info.version, "1.0.0");
  EXPECT_THAT(registry.find("large-table@1.2.0")->info.problem, HasSubstr("sha256"));
}

TEST_F(DropIn, BrokenLockChangesNothing) {
  install(versioned("1.0.0"));
  PluginRegistry registry({{lock()}, ""}, log_.log());
  std::ofstream(lock()) << "plugins: [}";
  EXPECT_FALSE(registry.rescan());
  EXPECT_TRUE(registry.find("large-table")->info.loaded);
  EXPECT_THAT(log_.text(), HasSubstr("plugins.lock cannot be read"));
}

TEST_F(DropIn, StoreHasACopyByItsHashAndInstallsOnce) {
  const auto file = versioned("1.0.0");
  auto staged = store().stage(file);
  ASSERT_TRUE(staged) << staged.error();
  EXPECT_FALSE(staged->known);
  EXPECT_EQ(staged->entry.file, directory_.path() / "store" / staged->entry.sha256 / "large-table.so");
  EXPECT_EQ(readFile(staged->entry.file), readFile(file));
  store().drop(*staged);
  EXPECT_FALSE(fs::exists(staged->entry.file));
  install(file);
  install(file);
  const auto listed = store().list();
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->size(), 1u);
  auto again = store().stage(file);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->known);
  store().drop(*again);
  EXPECT_TRUE(fs::exists(again->entry.file));
}

TEST_F(DropIn, RefusalsSayWhatIsWrong) {
  install(versioned("1.0.0"));
  const auto other = directory_.path() / "other.so";
  std::ofstream(other, std::ios::binary) << readFile(versioned("1.0.0")) << "more";
  EXPECT_THAT(store().stage(other).error(), HasSubstr("is installed with other content"));
  EXPECT_THAT(store().stage(directory_.path() / "absent.so").error(),
              HasSubstr("absent.so: No such file or directory"));
  EXPECT_THAT(store().stage(lock()).error(), HasSubstr("it is not an ELF file"));
  EXPECT_THAT(store().remove("nobody").error(), HasSubstr("'nobody' is not in"));
  install(versioned("1.2.0"));
  EXPECT_THAT(store().remove("large-table").error(), HasSubstr("allowed: large-table@1.2.0, large-table@1.0.0"));
}

}  // namespace
}  // namespace belfry::test
