// What keeps belfryd from starting ends it with one readable line and a code other than 0, and leaves nothing running.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/child_process.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct Ended {
  ExitStatus status;
  std::vector<std::string> said;  ///< lines of stderr that are no log lines
  std::string output;
};

Ended runBelfryd(std::vector<std::string> args, std::map<std::string, std::string> env = {}) {
  args.insert(args.begin(), std::string(std::getenv("BELFRY_BUILD_DIR")) + "/bin/belfryd");
  ChildProcess child({.args = std::move(args), .env = std::move(env)});
  const auto exit = child.waitForExit(60s);
  Ended ended{exit.value_or(ExitStatus{0, 0}), {}, child.output()};
  EXPECT_TRUE(exit) << "still runs: " << ended.output;
  std::istringstream lines(child.standardError());
  for (std::string line; std::getline(lines, line);)
    if (line.rfind('{', 0) != 0) ended.said.push_back(line);
  return ended;
}

/// One line with all of the words, and a code other than 0 by exit rather than by signal.
void expectRefusal(const Ended& ended, const std::vector<std::string>& words) {
  EXPECT_EQ(ended.status.signal, 0) << ended.output;
  EXPECT_GT(ended.status.code, 0) << ended.output;
  ASSERT_EQ(ended.said.size(), 1u) << ended.output;
  for (const auto& word : words) EXPECT_THAT(ended.said[0], HasSubstr(word));
}

std::vector<std::string> embeddedIn(const fs::path& data, std::vector<std::string> more = {}) {
  std::vector<std::string> args = {"--embedded", "--data-dir", data, "--port", "0"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

class StartRefusal : public testing::Test {
 protected:
  fs::path data() const { return directory_.path() / "data"; }
  fs::path file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_.path() / name) << text;
    return directory_.path() / name;
  }
  fs::path secretFile(const std::string& name, const std::string& text) const {
    auto path = file(name, text);
    fs::permissions(path, fs::perms::owner_read);
    return path;
  }
  const TemporaryDirectory directory_;
};

TEST_F(StartRefusal, AnUnknownKeyIsNamedWithItsSourceAndTheNearestOne) {
  expectRefusal(runBelfryd(embeddedIn(data(), {"--set", "http.prot=1"})), {"--set", "http.prot", "http.port"});
  expectRefusal(runBelfryd(embeddedIn(data()), {{"BELFRY__HTTP__PROT", "1"}}), {"BELFRY__HTTP__PROT", "http.port"});
  const auto config = file("belfry.yaml", "http:\n  max_body_bytes: 4096\n  prot: 1\n");
  expectRefusal(runBelfryd(embeddedIn(data(), {"--config", config})), {"belfry.yaml:3", "http.prot", "port"});
  EXPECT_FALSE(fs::exists(data())) << "nothing may be begun with a wrong configuration";
}

TEST_F(StartRefusal, AWrongValueIsNamedWithWhatIsAllowed) {
  expectRefusal(runBelfryd({"--embedded", "--data-dir", data(), "--port", "99999"}),
                {"http.port", "99999", "0 to 65535", "--port"});
  expectRefusal(runBelfryd(embeddedIn(data()), {{"BELFRY__WORKER__LEASE_MS", "soon"}}),
                {"worker.lease_ms", "soon", "1000", "BELFRY__WORKER__LEASE_MS"});
  expectRefusal(runBelfryd(embeddedIn(data(), {"--set", "lease_expired.email=maybe"})),
                {"lease_expired.email", "maybe", "resend", "hold"});
  expectRefusal(runBelfryd(embeddedIn(data(), {"--roles", "api,singer"})), {"roles", "singer", "worker"});
  const auto config = file("belfry.yaml", "worker:\n  slots: many\n");
  expectRefusal(runBelfryd(embeddedIn(data(), {"--config", config})),
                {"belfry.yaml:2", "worker.slots", "many", "100000"});
  EXPECT_FALSE(fs::exists(data()));
}

TEST_F(StartRefusal, EveryWrongSettingHasALineOfItsOwn) {
  const auto ended = runBelfryd(embeddedIn(data(), {"--set", "http.prot=1", "--set", "worker.slots=0"}));
  EXPECT_EQ(ended.said.size(), 2u) << ended.output;
  EXPECT_GT(ended.status.code, 0);
}

TEST_F(StartRefusal, AConfigurationFileThatCannotBeReadIsNamed) {
  expectRefusal(runBelfryd(embeddedIn(data(), {"--config", "/nonexistent/belfry.yaml"})), {"/nonexistent/belfry.yaml"});
  const auto broken = file("broken.yaml", "http: [\n");
  expectRefusal(runBelfryd(embeddedIn(data(), {"--config", broken})), {"broken.yaml:"});
}

TEST_F(StartRefusal, OptionsThatAreNoneAreNamed) {
  expectRefusal(runBelfryd({"--prot", "1"}), {"prot"});
  expectRefusal(runBelfryd({"extra"}), {"extra", "--help"});
  expectRefusal(runBelfryd({"--set", "nonsense"}), {"--set", "nonsense", "section.key=value"});
}

TEST_F(StartRefusal, WithoutADatabaseOrADataDirectoryItSaysWhatToGive) {
  expectRefusal(runBelfryd({"--port", "0"}), {"database.url", "--embedded"});
  expectRefusal(runBelfryd({"--port", "0", "--embedded"}), {"embedded.data_directory", "--data-dir"});
}

TEST_F(StartRefusal, APortInUseIsFoundBeforeAnythingIsStarted) {
  const int holder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(holder, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(holder, 1), 0);
  ASSERT_EQ(::getsockname(holder, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto port = std::to_string(ntohs(address.sin_port));

  expectRefusal(runBelfryd({"--embedded", "--data-dir", data(), "--port", port}), {"127.0.0.1", port, "in use"});
  EXPECT_FALSE(fs::exists(data()));
  ::close(holder);
}

TEST_F(StartRefusal, ADataDirectoryThatIsNotWritableIsNamed) {
  // Root may write everywhere but where nobody can: in /proc, and below a file.
  expectRefusal(runBelfryd(embeddedIn("/proc/belfry")), {"/proc/belfry", "not writable"});
  const auto no_directory = file("no-directory", "x");
  expectRefusal(runBelfryd(embeddedIn(no_directory)), {"no-directory", "not a directory"});
  expectRefusal(runBelfryd(embeddedIn("/tmp/" + std::string(100, 'x'))), {"84", "shorter"});
}

TEST_F(StartRefusal, APostgresThatWillNotStartIsQuoted) {
  // A cluster of which nothing but its version is left.
  const auto cluster = data() / "postgres" / "data";
  fs::create_directories(cluster);
  std::ofstream(cluster / "PG_VERSION") << "15\n";
  if (const passwd* owner = ::getuid() == 0 ? ::getpwnam("postgres") : nullptr) {
    for (const auto& path : {cluster.parent_path(), cluster, cluster / "PG_VERSION"})
      ASSERT_EQ(::chown(path.c_str(), owner->pw_uid, owner->pw_gid), 0);
  }
  fs::permissions(cluster, fs::perms::owner_all);
  fs::permissions(cluster.parent_path(), fs::perms::owner_all);
  const auto ended = runBelfryd(embeddedIn(data(), {"--set", "embedded.start_timeout_ms=20000"}));
  expectRefusal(ended, {"PostgreSQL", "postgres.log"});
  EXPECT_THAT(ended.said[0], testing::Not(HasSubstr("timed out")));
}

TEST_F(StartRefusal, APostgresThatIsNotInstalledIsNamed) {
  expectRefusal(runBelfryd(embeddedIn(data(), {"--set", "embedded.postgres_bin_directory=/nonexistent"})),
                {"embedded.postgres_bin_directory", "/nonexistent", "initdb"});
}

TEST_F(StartRefusal, AMasterKeyThatIsNoneIsNamedWithoutBeingShown) {
  const auto key = secretFile("master.key", "0123456789abcdef\n");
  const auto ended = runBelfryd({"--port", "0", "--set", "database.url=postgresql://belfry@/belfry?host=/nonexistent",
                                 "--set", "security.master_key_file=" + key.string()});
  expectRefusal(ended, {"master.key", "64"});
  EXPECT_THAT(ended.output, testing::Not(HasSubstr("0123456789abcdef")));
}

TEST_F(StartRefusal, AMasterKeyThatOthersMayReadIsRefused) {
  const auto key = file("master.key", std::string(64, '7') + "\n");
  expectRefusal(runBelfryd({"--port", "0", "--set", "database.url=postgresql://belfry@/belfry?host=/nonexistent",
                            "--set", "security.master_key_file=" + key.string()}),
                {"master.key", "0600"});
}

TEST_F(StartRefusal, ADatabaseThatIsAwayIsNamed) {
  const auto key = secretFile("master.key", std::string(64, '7') + "\n");
  const auto ended =
      runBelfryd({"--port", "0", "--set", "database.url=postgresql://belfry:secret-word@/belfry?host=/nonexistent",
                  "--set", "security.master_key_file=" + key.string()});
  expectRefusal(ended, {"/nonexistent"});
  EXPECT_THAT(ended.output, testing::Not(HasSubstr("secret-word")));
}

TEST(Flags, HelpVersionAndConfigAnswerAndEnd) {
  const auto help = runBelfryd({"--help"});
  EXPECT_EQ(help.status.code, 0);
  for (const auto* option :
       {"--embedded", "--data-dir", "--port", "--config", "--set", "--print-config", "--roles", "--version"})
    EXPECT_THAT(help.output, HasSubstr(option));
  const auto version = runBelfryd({"--version"});
  EXPECT_EQ(version.status.code, 0);
  EXPECT_THAT(version.output, testing::MatchesRegex("belfryd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Flags, PrintConfigShowsEverySettingWithItsSource) {
  const auto ended = runBelfryd(
      {"--print-config", "--port", "8081", "--set", "database.url=postgresql://u:secret-word@db.example/belfry"},
      {{"BELFRY__WORKER__SLOTS", "7"}});
  EXPECT_EQ(ended.status.code, 0) << ended.output;
  const auto lineWith = [&](const std::string& key) {
    std::istringstream lines(ended.output);
    for (std::string line; std::getline(lines, line);)
      if (line.find(key) != std::string::npos) return line;
    return std::string("no line with ") + key;
  };
  EXPECT_THAT(lineWith("http.port"), testing::AllOf(HasSubstr("8081"), HasSubstr("--port")));
  EXPECT_THAT(lineWith("worker.slots"), testing::AllOf(HasSubstr("7"), HasSubstr("BELFRY__WORKER__SLOTS")));
  EXPECT_THAT(lineWith("http.io_threads"), HasSubstr("default"));
  EXPECT_THAT(lineWith("database.url"), HasSubstr("db.example"));
  EXPECT_THAT(ended.output, testing::Not(HasSubstr("secret-word")));
}

}  // namespace
}  // namespace belfry::test
