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

std::string courierVectors() { return sourceDirectory() + "/tests/bad-plugins/courier"; }

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
  const char* mend = "";  ///< a phrase of how to mend it
  bool vectors = false;   ///< with those of the courier
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
    {"accepts_any_config", "Fail", "config/mutations", "create accepts a config where it is no JSON",
     "refuses unknown keys"},
    {"refuses_without_reason", "Fail", "config/mutations", "without a reason", "names key, value and what is allowed"},
    {"overruns_reason", "Crash", "config/reason", "SIG", "write at most `cap` bytes"},
    {"bad_schema", "Fail", "config/schema", "`required` names a key that `properties` does not have",
     "mend the manifest"},
    {"secret_in_config", "Fail", "config/schema-secrets", "api_key looks like a secret", "declare it in `secrets`"},
    {"promises_requests", "Fail", "operations/requests", "the manifest says that it serves probe",
     "take it out of `requests`"},
    {"other_batch", "Fail", "operations/batch", "the table says max_batch 1, the manifest 7", "give both the same"},
    {"retries_after_maybe_sent", "Fail", "operations/maybe-sent", "the outcome is retry", "the outcome is BF_UNKNOWN",
     true},
    {"sends_again", "Fail", "operations/maybe-sent", "it sends again", "nothing that may deliver is sent again", true},
    {"two_results", "Fail", "operations/batch", "a second result for recipient 0",
     "exactly one result for each message", true},
    {"no_result", "Fail", "operations/batch", "1 of 1 results are missing", "emit what the kind of request must have",
     true},
    {"waits_for_nothing", "Fail", "operations/batch", "it waits, and nothing is under way",
     "only after a verb with a tag", true},
    {"spoils_batch", "Fail", "operations/batch", "results are missing", "emit what the kind of request must have",
     true},
    {"result_for_nobody", "Fail", "operations/batch", "a result for recipient 1 of 1", "Send::index()", true},
    {"undeclared_host", "Fail", "operations/batch", "an exchange with \"collector.example\"",
     "add the host to `egress.hosts`", true},
    {"undeclared_secret", "Fail", "operations/batch", "a segment with the secret \"somebody_elses\"",
     "add it to `secrets`", true},
    {"secret_in_text", "Fail", "operations/batch", "the value of the secret \"api_key\"", "name it in a segment", true},
    {"header_injection", "Fail", "operations/hostile-text", "a header with a line break",
     "refuse or encode line breaks", true},
    {"json_injection", "Fail", "operations/hostile-text", "its body is no JSON any more", "JsonWriter for JSON", true},
    {"url_injection", "Fail", "operations/hostile-text", "its URL is changed", "percentEncoded() for URLs", true},
    {"throws", "Fail", "operations/determinism", "it throws", "no exception may cross", true},
    {"not_deterministic", "Fail", "operations/determinism", "the same input gives something else", "op.random()", true},
    {"pointer_in_state", "Fail", "operations/replay", "with its state in a restarted plugin",
     "plain data without pointers", true},
    {"state_in_instance", "Fail", "operations/replay", "with its state in a restarted plugin",
     "nothing in the instance", true},
    {"memory_in_state", "Fail", "operations/cancel", "bytes behind", "no classes that own memory", true},
    {"ignores_size", "Crash", "negotiation/small-ops", "SIGSEGV", "BF_HAS(table, member) first", true},
    {"depends_on_size", "Fail", "negotiation/large-host", "a larger bf_ops gets something else",
     "the members that you know", true},
    {"needs_service", "Fail", "negotiation/missing-services", "without belfry.crypto/1 create fails",
     "add it to `requires`", true},
    {"leaks_instance", "Fail", "config/leaks", "bytes are left behind", "free in destroy", true},
    {"shares_instances", "Fail", "config/tenants", "once another one (send_other)", "no mutable statics", true},
    {"grows", "Fail", "memory/flat", "the heap grows by", "no caches that grow", true},
    {"trusts_arena", "Crash", "memory/arena", "SIGSEGV", "NULL when the arena is full", true},
    {"accepts_not_sent", "Fail", "operations/not-sent", "the outcome is accepted", "reply.transportFailure()", true},
    {"ignores_throttling", "Fail", "operations/throttled", "429 is rejected_request", "BF_THROTTLED", true},
    {"forgets_retry_after", "Fail", "operations/throttled", "retry_after_ms 0", "hand on Reply::retryAfterMs()", true},
    {"refreshes_for_ever", "Fail", "operations/unauthorized", "fresh tokens", "a fresh token once in an operation",
     true},
    {"accepts_errors", "Fail", "operations/bodies", "is accepted", "only a 2xx says", true},
    {"trips_over_bodies", "Crash", "operations/bodies", "SIGABRT", "take any bytes as an answer", true},
    {"shows_raw_bytes", "Fail", "operations/bodies", "detail is no UTF-8", "only valid UTF-8", true},
    {"trips_over_answers", "Crash", "fuzz/answers", "SIGABRT", "--reproduce fuzz/answers --seed 1", true},
    {"trips_over_callbacks", "Crash", "fuzz/callbacks", "SIGABRT", "--reproduce fuzz/callbacks --seed 1", true},
    {"trips_over_config", "Crash", "fuzz/config", "SIGABRT", "create must refuse, not crash", true},
    {"accepts_forged_callback", "Fail", "callbacks/forged", "other events are taken", "verify before you parse", true},
    {"accepts_stale_callback", "Fail", "callbacks/stale", "days after it was signed", "Webhook::receivedMs()", true},
    {"proves_to_anybody", "Fail", "callbacks/challenge", "answered with its challenge", "compare the token first",
     true},
    {"emits_after_end", "Fail", "callbacks/good", "event after the answer was given", "emit nothing once", true},
    {"answers_no_callback", "Fail", "callbacks/random", "the answer is missing",
     "emit what the kind of request must have", true},
    {"serves_undeclared", "Fail", "operations/requests", "it serves probe, and the manifest does not say so",
     "to `requests`", true},
};

class BadPlugin : public ::testing::TestWithParam<Violation> {};

/// Whether a line of the report has this verdict and check and holds the detail, and the next one how to mend it.
bool reports(const std::string& output, const Violation& violation) {
  std::istringstream lines(output);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string verdict, check, mend;
    words >> verdict >> check;
    if (verdict != violation.verdict || check != violation.check || line.find(violation.detail) == std::string::npos)
      continue;
    std::getline(lines, mend);
    if (mend.find("mend: ") != std::string::npos && mend.find(violation.mend) != std::string::npos) return true;
  }
  return false;
}

TEST_P(BadPlugin, IsCaught) {
  const auto vectors = GetParam().vectors ? "--vectors '" + courierVectors() + "' " : std::string();
  const auto outcome = check(vectors + "'" + badPlugin(GetParam().plugin) + "'");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_TRUE(reports(outcome.output, GetParam())) << outcome.output;
}

INSTANTIATE_TEST_SUITE_P(Each, BadPlugin, ::testing::ValuesIn(kViolations),
                         [](const auto& violation) { return std::string(violation.param.plugin); });

TEST(PluginCheck, EveryBadPluginIsExpectedToFail) {
  std::size_t bad = 0;
  for (const auto& entry : std::filesystem::directory_iterator(buildDirectory() + "/tests/bad-plugins"))
    if (entry.path().extension() == ".so" && entry.path().stem() != "innocent" && entry.path().stem() != "good_courier")
      ++bad;
  EXPECT_EQ(bad, std::size(kViolations));
}

TEST(PluginCheck, InnocentPluginPasses) {
  const auto outcome = check("'" + badPlugin("innocent") + "'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
}

TEST(PluginCheck, CourierPassesWithItsVectors) {
  const auto outcome = check("--vectors '" + courierVectors() + "' '" + badPlugin("good_courier") + "'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(outcome.output.find("Skip   callbacks"), std::string::npos) << outcome.output;
  EXPECT_EQ(outcome.output.find("\nWarn"), std::string::npos) << outcome.output;
}

TEST(PluginCheck, OnlyWhatIsAskedForIsReported) {
  const auto outcome =
      check("--only callbacks --vectors '" + courierVectors() + "' '" + badPlugin("accepts_forged_callback") + "'");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("callbacks/forged"));
  EXPECT_EQ(outcome.output.find("operations/"), std::string::npos) << outcome.output;
}

TEST(PluginCheck, CrashIsReproducedInTheProcessItself) {
  const auto outcome = check("--reproduce operations/bodies --vectors '" + courierVectors() + "' '" +
                             badPlugin("trips_over_bodies") + "'");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.exit_code, 1);  // it aborted: no report was written
}

TEST(PluginCheck, SameSeedFindsTheSame) {
  const std::string arguments =
      "--only fuzz --rounds 300 --vectors '" + courierVectors() + "' '" + badPlugin("shows_raw_bytes") + "' --seed ";
  EXPECT_EQ(check(arguments + "7").output, check(arguments + "7").output);
  EXPECT_THAT(check(arguments + "8").output, HasSubstr("seed 8"));
}

TEST(PluginCheck, BundledPluginsPassWithTheirVectors) {
  int checked = 0;
  for (const auto* kind : {"channel", "auth"})
    for (const auto& folder : std::filesystem::directory_iterator(sourceDirectory() + "/plugins/" + kind)) {
      const auto outcome = check("--vectors '" + (folder.path() / "vectors").string() + "' '" + buildDirectory() +
                                 "/plugins/" + folder.path().filename().string() + ".so'");
      EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
      EXPECT_THAT(outcome.output, HasSubstr("emits what it should, twice"));
      ++checked;
    }
  EXPECT_GE(checked, 2);
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
