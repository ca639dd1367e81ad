// belfry-plugin-check, run as its users run it: on one bad plugin for each violation, and on the bundled plugins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using ::testing::HasSubstr;

struct Outcome {
  int exit_code = -1;
  std::string output;
};

std::string buildDirectory() {
  const char* directory = std::getenv("BELFRY_BUILD_DIR");
  return directory ? directory : "";
}

std::string sourceDirectory() {
  const char* directory = std::getenv("BELFRY_SOURCE_DIR");
  return directory ? directory : "";
}

std::string badPlugin(const std::string& name) { return buildDirectory() + "/tests/bad-plugins/" + name + ".so"; }

/// The checker's exit code and everything that it printed.
Outcome check(const std::string& arguments) {
  const std::string command = "'" + buildDirectory() + "/bin/belfry-plugin-check' " + arguments + " 2>&1";
  Outcome outcome;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return outcome;
  std::array<char, 4096> chunk;
  while (const auto n = std::fread(chunk.data(), 1, chunk.size(), pipe)) outcome.output.append(chunk.data(), n);
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

struct Violation {
  const char* plugin;
  const char* verdict;
  const char* check;
  const char* detail;
};

void PrintTo(const Violation& v, std::ostream* out) { *out << v.plugin; }

constexpr Violation kViolations[] = {
    {"no_note", "Fail", "manifest/note", "0 notes"},
    {"two_notes", "Fail", "manifest/note", "2 notes"},
    {"bad_json", "Fail", "manifest/content", "not JSON"},
    {"bad_manifest", "Fail", "manifest/content", "/chanels is not known"},
    {"wrong_generation", "Fail", "manifest/generation", "generation 2; this SDK knows 1"},
    {"no_entry", "Fail", "static/entry", "does not export belfry_plugin_v1"},
    {"no_table", "Fail", "load/entry", "no complete bf_plugin"},
    {"other_identity", "Fail", "load/identity", "the entry says good 1.0.0, the manifest bad 1.0.0"},
    {"answers_anything", "Fail", "load/unknown-interface", "is not NULL"},
    {"provides_nothing", "Fail", "load/provides", "the manifest provides belfry.channel/1"},
    {"crash_in_constructor", "Crash", "load/crash", "while it was loaded: in a constructor"},
    {"crash_in_entry", "Crash", "load/crash", "SIGABRT"},
    {"throw_in_constructor", "Crash", "load/crash", "SIGABRT"},
    {"exit_in_constructor", "Crash", "load/crash", "ended itself with exit code 0"},
    {"writes_output", "Fail", "load/output", "hello from the plugin"},
    {"starts_thread", "Fail", "load/side-effects", "threads started"},
    {"sets_signal_handler", "Fail", "load/side-effects", "signal handlers set"},
    {"socket_import", "Fail", "static/imports", "it imports socket"},
    {"fork_import", "Fail", "static/imports", "it imports fork"},
    {"stays_unresolved", "Fail", "load/open", "somebody_will_have_this"},
    {"extra_export", "Fail", "static/exports", "handy_little_function"},
    {"unique_symbol", "Fail", "static/unique", "Shared"},
    {"lazy_binding", "Fail", "static/now", "lazily"},
    {"no_relro", "Fail", "static/relro", "writable"},
    {"executable_stack", "Fail", "static/stack", "executable stack"},
    {"run_path", "Fail", "static/runpath", "run path"},
    {"text_relocation", "Fail", "static/textrel", "text relocations"},
};

class BadPlugin : public ::testing::TestWithParam<Violation> {};

/// Whether a line of the report has this verdict and check and holds the detail.
bool reports(const std::string& output, const Violation& violation) {
  std::istringstream lines(output);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string verdict, check;
    words >> verdict >> check;
    if (verdict == violation.verdict && check == violation.check && line.find(violation.detail) != std::string::npos)
      return true;
  }
  return false;
}

TEST_P(BadPlugin, IsCaught) {
  const auto outcome = check("'" + badPlugin(GetParam().plugin) + "'");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(reports(outcome.output, GetParam())) << outcome.output;
}

INSTANTIATE_TEST_SUITE_P(Each, BadPlugin, ::testing::ValuesIn(kViolations),
                         [](const auto& violation) { return std::string(violation.param.plugin); });

TEST(PluginCheck, EveryBadPluginIsExpectedToFail) {
  std::size_t bad = 0;
  for (const auto& entry : std::filesystem::directory_iterator(buildDirectory() + "/tests/bad-plugins"))
    if (entry.path().extension() == ".so" && entry.path().stem() != "innocent") ++bad;
  EXPECT_EQ(bad, std::size(kViolations));
}

TEST(PluginCheck, InnocentPluginPasses) {
  const auto outcome = check("'" + badPlugin("innocent") + "'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(PluginCheck, BundledPluginsPassWithTheirVectors) {
  for (const std::string plugin : {"channel/smtp", "auth/apikey"}) {
    const auto name = std::filesystem::path(plugin).filename().string();
    const auto outcome = check("--vectors '" + sourceDirectory() + "/plugins/" + plugin + "/vectors' '" +
                               buildDirectory() + "/plugins/" + name + ".so'");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("emits what it should, twice"));
  }
}

TEST(PluginCheck, BundledTemplatePluginPasses) {
  const auto outcome = check("'" + buildDirectory() + "/plugins/mustache.so'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(PluginCheck, StrippedPluginKeepsItsManifest) {
  const auto stripped =
      std::filesystem::temp_directory_path() / ("belfry-stripped-" + std::to_string(getpid()) + ".so");
  const auto command = "strip -o '" + stripped.string() + "' '" + buildDirectory() + "/plugins/smtp.so'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto outcome = check("'" + stripped.string() + "'");
  std::filesystem::remove(stripped);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(PluginCheck, WrongVectorFails) {
  const auto directory = std::filesystem::temp_directory_path() / ("belfry-vectors-" + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  std::ifstream original(sourceDirectory() + "/plugins/channel/smtp/vectors/text.json");
  std::string text((std::istreambuf_iterator<char>(original)), {});
  const std::string subject = "\"Subject: Order A-1042 is confirmed\"";
  ASSERT_NE(text.find(subject), std::string::npos);
  text.replace(text.find(subject), subject.size(), "\"Subject: Order A-1043 is confirmed\"");
  std::ofstream(directory / "text.json") << text;
  const auto outcome = check("--vectors '" + directory.string() + "' '" + buildDirectory() + "/plugins/smtp.so'");
  std::filesystem::remove_all(directory);
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("begin emits differ"));
}

TEST(PluginCheck, JsonReportNamesEveryCheck) {
  const auto outcome = check("--json '" + badPlugin("extra_export") + "'");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("\"passed\": false"));
  EXPECT_THAT(outcome.output, HasSubstr("\"check\": \"static/exports\""));
  EXPECT_THAT(outcome.output, HasSubstr("\"verdict\": \"Fail\""));
}

TEST(PluginCheck, FileThatIsNoPluginIsNamed) {
  const auto outcome = check("'" + sourceDirectory() + "/CMakeLists.txt'");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("it is not an ELF file"));
}

TEST(PluginCheck, MissingFileIsNamed) {
  const auto outcome = check("/nonexistent/plugin.so");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("cannot open /nonexistent/plugin.so: No such file or directory"));
}

TEST(PluginCheck, WrongUsageSaysHow) {
  for (const auto* arguments : {"", "--nonsense x.so", "--accept x.so", "a.so b.so"}) {
    const auto outcome = check(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr("usage: belfry-plugin-check"));
  }
}

}  // namespace
