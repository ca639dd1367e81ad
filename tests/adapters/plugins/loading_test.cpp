// From a lock file to a loaded plugin, or to the reason why it is not; the host stays up whatever lies in the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>

#include "adapters/plugins/loaded_plugin.h"
#include "adapters/plugins/plugin_registry.h"
#include "adapters/plugins/trial.h"
#include "plugin_files.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using plugins::PluginRegistry;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Loading : public ::testing::Test {
 protected:
  /// Loads it without a trial; the problem.
  std::string problemOf(const LockFile& lock) {
    PluginRegistry registry({{lock.path()}, ""}, log_.log());
    EXPECT_EQ(registry.all().size(), 1u);
    const auto& plugin = registry.all().at(0);
    EXPECT_EQ(plugin.info.loaded, plugin.info.problem.empty());
    EXPECT_EQ(plugin.entry != nullptr, plugin.info.loaded);
    return plugin.info.problem;
  }
  std::string problemOfModule(const std::string& name) { return problemOf(LockFile().addModule(name)); }
  std::string problemOfBad(const std::string& name) { return problemOf(LockFile().add("bad", badPlugin(name))); }
  std::string trial(const std::filesystem::path& file) { return plugins::trialLoads(trialProgram(), {file}).at(0); }

  KeptLog log_;
};

TEST_F(Loading, TheBundledPluginsLoadAfterATrial) {
  PluginRegistry registry({{bundledLock()}, trialProgram()}, log_.log());
  ASSERT_GE(registry.all().size(), 3u) << log_.text();
  for (const auto& plugin : registry.all()) EXPECT_EQ(plugin.info.problem, "") << plugin.info.id;
  const auto* smtp = registry.find("smtp");
  ASSERT_NE(smtp, nullptr);
  EXPECT_TRUE(smtp->info.loaded);
  EXPECT_THAT(smtp->info.kinds, ElementsAre(PluginKind::channel));
  EXPECT_THAT(smtp->info.channels, ElementsAre(Channel::email));
  EXPECT_THAT(smtp->info.known_secrets, ElementsAre("password", "dkim_private_key"));
  EXPECT_THAT(smtp->info.required_secrets, IsEmpty());
  EXPECT_THAT(smtp->info.manifest_json, HasSubstr("\"config_schema\""));
  EXPECT_EQ(smtp->info.sha256.size(), 64u);
  EXPECT_NE(PluginRegistry::table<bf_channel_v1>(*smtp, BF_CHANNEL_1), nullptr);
  EXPECT_EQ(PluginRegistry::table<bf_auth_v1>(*smtp, BF_AUTH_1), nullptr);
  EXPECT_NE(PluginRegistry::table<bf_template_v1>(*registry.find("mustache"), BF_TEMPLATE_1), nullptr);
  EXPECT_NE(PluginRegistry::table<bf_auth_v1>(*registry.find("apikey"), BF_AUTH_1), nullptr);
  EXPECT_EQ(registry.find("nobody"), nullptr);
}

TEST_F(Loading, AFileThatChangedIsNotLoaded) {
  TemporaryDirectory directory;
  auto file = directory.path() / "puppet.so";
  std::filesystem::copy_file(module("puppet"), file);
  LockFile lock;
  lock.add("puppet", file);
  std::ofstream(file, std::ios::app) << "x";
  EXPECT_THAT(problemOf(lock),
              AllOf(StartsWith("has sha256 "), HasSubstr(", plugins.lock allows "), HasSubstr("it was not loaded")));
}

TEST_F(Loading, WhatIsNoPluginIsNamed) {
  TemporaryDirectory directory;
  std::ofstream(directory.path() / "text.so") << "not a library";
  EXPECT_EQ(problemOf(LockFile().add("text", directory.path() / "text.so")), "it is not an ELF file");
  EXPECT_THAT(problemOf(LockFile().add("gone", directory.path() / "gone.so")),
              AllOf(HasSubstr("cannot open "), HasSubstr("gone.so: No such file or directory")));
}

TEST_F(Loading, ManifestFaultsAreFoundBeforeAnyCodeRuns) {
  EXPECT_THAT(problemOfBad("no_note"), StartsWith("has no Belfry manifest note (.note.belfry)"));
  EXPECT_EQ(problemOfBad("two_notes"), "has 2 Belfry manifest notes, one is allowed");
  EXPECT_THAT(problemOfBad("bad_json"), StartsWith("the manifest is not JSON"));
  EXPECT_EQ(problemOfBad("wrong_generation"), "is of ABI generation 2, this host loads generation 1");
}

TEST_F(Loading, ManifestAndLockMustAgree) {
  EXPECT_EQ(problemOf(LockFile().add("other", module("puppet"))),
            "its manifest names the id 'puppet', plugins.lock 'other'");
  EXPECT_EQ(problemOf(LockFile().add("puppet", module("puppet"), "1.0.1")),
            "its manifest names the version '1.0.0', plugins.lock '1.0.1'");
  LockFile outside;
  outside.addModule("puppet").write("    in_process: false\n");
  EXPECT_THAT(problemOf(outside), HasSubstr("in_process: false"));
}

TEST_F(Loading, AManifestThatAsksTooMuchIsNotLoaded) {
  EXPECT_EQ(
      problemOfModule("needs-service"),
      "requires belfry.kv/1, this host has belfry.log/1, belfry.metrics/1, belfry.crypto/1 and, for auth plugins, "
      "belfry.credentials/1");
  EXPECT_THAT(problemOfModule("needs-credentials"), StartsWith("requires belfry.credentials/1"));
  EXPECT_EQ(problemOfModule("later-interface"),
            "does not provide belfry.channel/1, the only channel interface of this host");
  EXPECT_THAT(problemOfModule("unknown-channel"), StartsWith("serves the channel 'telegraph', allowed are email, sms"));
}

TEST_F(Loading, EntryFaultsAreNamed) {
  EXPECT_THAT(problemOfBad("no_entry"), StartsWith("does not export belfry_plugin_v1"));
  EXPECT_EQ(problemOfBad("no_table"), "its entry returned no table");
  EXPECT_EQ(problemOfBad("other_identity"), "its entry names another id than its manifest ('bad')");
  EXPECT_EQ(problemOfBad("provides_nothing"), "its manifest provides belfry.channel/1, its entry does not");
  EXPECT_EQ(problemOfModule("small-entry"), "its entry table is too small");
  EXPECT_EQ(problemOfModule("no-get"), "its entry table lacks get");
  EXPECT_EQ(problemOfModule("other-version"), "its entry names another version than its manifest ('1.0.0')");
  EXPECT_EQ(problemOfModule("answers-anything"), "it answers for an interface that does not exist");
  EXPECT_EQ(problemOfModule("throws-in-get"), "threw an exception: no tables today");
}

TEST_F(Loading, TableFaultsAreNamed) {
  EXPECT_EQ(problemOfModule("small-table"), "its table of belfry.channel/1 has 48 bytes, at least 56 are needed");
  EXPECT_EQ(problemOfModule("no-step"), "its table of belfry.channel/1 lacks create, destroy, begin or resume");
  EXPECT_THAT(problemOfModule("huge-state"),
              HasSubstr("asks for 2147483647 bytes of operation state, at most 1048576 are allowed"));
  EXPECT_THAT(problemOfModule("odd-alignment"), HasSubstr("aligned to 24, allowed are powers of two up to 4096"));
  EXPECT_THAT(problemOfModule("no-batch"), HasSubstr("takes batches of 0, at least 1 is needed"));
  EXPECT_EQ(problemOfModule("large-table"), "") << "a newer plugin's table is longer";
}

TEST_F(Loading, TheLoadersOwnTextNamesWhatIsMissing) {
  EXPECT_THAT(problemOfBad("stays_unresolved"),
              AllOf(StartsWith("cannot be loaded: "), HasSubstr("undefined symbol: somebody_will_have_this")));
}

TEST_F(Loading, ALoadedPluginIsNeverUnloaded) {
  TemporaryDirectory directory;
  auto file = directory.path() / "pinned.so";
  std::filesystem::copy_file(module("large-table"), file);
  EXPECT_EQ(problemOf(LockFile().add("large-table", file)), "");  // the registry is gone by now
  EXPECT_THAT(readFile("/proc/self/maps"), HasSubstr(file.string()));
}

TEST_F(Loading, ALaterLockReplacesAnEarlierOnesEntry) {
  LockFile bundled, own;
  bundled.addModule("puppet").addModule("large-table");
  own.add("puppet", module("quiet-puppet"));
  PluginRegistry registry({{bundled.path(), own.path()}, ""}, log_.log());
  ASSERT_EQ(registry.all().size(), 2u);
  EXPECT_THAT(registry.find("puppet")->info.problem, HasSubstr("'quiet-puppet'"));
  EXPECT_TRUE(registry.find("large-table")->info.loaded);
}

TEST_F(Loading, ABrokenLockIsLoggedAndTheOthersCount) {
  LockFile good, broken;
  good.addModule("large-table");
  broken.write("  - nonsense\n");
  PluginRegistry registry({{broken.path(), good.path(), good.directory() / "absent.lock", ""}, ""}, log_.log());
  EXPECT_EQ(registry.all().size(), 1u);
  EXPECT_THAT(log_.text(), AllOf(HasSubstr("plugins.lock cannot be read"), HasSubstr("an entry needs id"),
                                 Not(HasSubstr("absent.lock"))));
}

TEST_F(Loading, WhatAPluginOffersBeyondItsManifestIsNotUsed) {
  LockFile lock({"quiet-puppet"});
  PluginRegistry registry({{lock.path()}, ""}, log_.log());
  const auto& plugin = registry.all().at(0);
  ASSERT_TRUE(plugin.info.loaded) << plugin.info.problem;
  EXPECT_NE(plugin.entry->get(BF_AUTH_1), nullptr);
  EXPECT_EQ(PluginRegistry::table<bf_auth_v1>(plugin, BF_AUTH_1), nullptr);
  EXPECT_NE(PluginRegistry::table<bf_channel_v1>(plugin, BF_CHANNEL_1), nullptr);
}

class Trial : public Loading {
 protected:
  // A sanitizer in the trial process must not turn a signal into an exit code.
  Trial() { setenv("ASAN_OPTIONS", "handle_segv=0:handle_sigill=0:handle_sigbus=0", 1); }
};

TEST_F(Trial, GoodPluginsPass) {
  EXPECT_EQ(trial(module("puppet")), "");
  EXPECT_EQ(trial(badPlugin("writes_output")), "") << "what it prints is the checker's business";
  EXPECT_EQ(trial(module("prints-much")), "");
}

TEST_F(Trial, ACrashIsSurvivedAndNamed) {
  EXPECT_THAT(trial(badPlugin("crash_in_constructor")), StartsWith("crashes while it is loaded ("));
  EXPECT_EQ(trial(badPlugin("crash_in_entry")), "crashes while it is loaded (Aborted)");
  EXPECT_EQ(trial(badPlugin("throw_in_constructor")), "crashes while it is loaded (Aborted)");
}

TEST_F(Trial, AnExitThatLooksLikeSuccessIsNone) {
  EXPECT_EQ(trial(badPlugin("exit_in_constructor")), "ends the process while it is loaded");
}

TEST_F(Trial, TableAndLoaderFaultsAreFoundThere) {
  EXPECT_EQ(trial(badPlugin("no_table")), "its entry returned no table");
  EXPECT_THAT(trial(badPlugin("stays_unresolved")), HasSubstr("undefined symbol"));
  EXPECT_THAT(trial(module("no-step")), HasSubstr("lacks create"));
}

TEST_F(Trial, HangingOnesAreKilledTogetherAtTheDeadline) {
  auto before = std::chrono::steady_clock::now();
  auto problems = plugins::trialLoads(trialProgram(), {module("hangs"), module("hangs-silently")}, 700ms);
  EXPECT_THAT(problems, ElementsAre("did not come back from loading within 700 ms",
                                    "did not come back from loading within 700 ms"));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 700ms);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child was left behind";
}

TEST_F(Trial, OneBadPluginIsToldApartFromTheGoodOnesBesideIt) {
  EXPECT_THAT(plugins::trialLoads(trialProgram(), {module("puppet"), module("leaves-a-child")}), ElementsAre("", ""));
  EXPECT_THAT(
      plugins::trialLoads(trialProgram(), {module("puppet"), badPlugin("exit_in_constructor"), module("no-step")}),
      ElementsAre("", "ends the process while it is loaded", HasSubstr("lacks create")));
}

/// Whether a process whose command line begins with the name is alive.
bool isRunning(const std::string& name) {
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    auto line = readFile(process.path() / "cmdline");
    if (line.compare(0, name.size(), name) == 0) return true;
  }
  return false;
}

TEST_F(Trial, WhatAPluginStartsEndsWithItsTrial) {
  EXPECT_EQ(trial(module("leaves-a-child")), "") << "the child holds standard error, which must not matter";
  EXPECT_TRUE(waitUntil(10s, [] { return !isRunning("belfry-left-child"); }));
}

TEST_F(Trial, AProgramThatCannotRunIsNamed) {
  EXPECT_EQ(plugins::trialLoads("/nonexistent/belfryd", {module("puppet")}).at(0),
            "trial load: cannot run /nonexistent/belfryd: No such file or directory");
  EXPECT_THAT(plugins::trialLoads("/bin/true", {module("puppet")}).at(0), HasSubstr("ends the process"));
  EXPECT_THAT(plugins::trialLoads(trialProgram(), {}), IsEmpty());
}

TEST_F(Trial, TheRegistryLoadsOnlyWhatPassed) {
  LockFile lock;
  lock.add("bad", badPlugin("exit_in_constructor")).addModule("large-table");
  PluginRegistry registry({{lock.path()}, trialProgram()}, log_.log());
  EXPECT_EQ(registry.find("bad")->info.problem, "ends the process while it is loaded");
  EXPECT_FALSE(registry.find("bad")->info.loaded);
  EXPECT_TRUE(registry.find("large-table")->info.loaded);
  EXPECT_THAT(log_.text(),
              AllOf(HasSubstr("\"event\":\"plugin not loaded\",\"plugin\":\"bad\""), HasSubstr("plugin loaded")));
}

}  // namespace
}  // namespace belfry::test
