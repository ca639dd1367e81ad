// What start() refuses, with one line that says what to do; and that it leaves nothing behind then.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "embedded_fixture.h"

namespace belfry::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(EmbeddedTest, SecondHostOnOneDirectoryIsToldWhoUsesIt) {
  auto host = startHost(dir());
  EXPECT_THAT(refusal(), AllOf(HasSubstr("is in use by another belfryd"),
                               HasSubstr("process " + std::to_string(host->pid())), HasSubstr(dir().string())));
  EXPECT_TRUE(answers(urlOf(*host)));  // the first one is not disturbed
}

TEST_F(EmbeddedTest, LockIsGoneWithTheHostThatHeldIt) {
  startHost(dir())->kill();
  EXPECT_EQ(refusal(), "");
}

TEST_F(FirstStartTest, DirectoryThatCannotBeMadeIsNamed) {
  auto wanted = settings();
  wanted.data_dir = "/proc/belfry/data";  // not even root makes a directory there
  EXPECT_THAT(refusal(wanted), HasSubstr("data directory /proc/belfry/data cannot be made"));
}

TEST_F(FirstStartTest, FileInPlaceOfTheDirectoryIsNamed) {
  std::ofstream(dir()) << "a file";
  EXPECT_THAT(refusal(), HasSubstr(dir().string() + " is not a directory"));
}

TEST_F(FirstStartTest, DirectoryThatIsNotWritableIsNamedWithTheUser) {
  // Root may write anywhere, so as root the host is run as `nobody`, from a place that nobody may reach.
  const TemporaryDirectory home;
  const auto program = home.path() / "embedded_host";
  std::filesystem::copy_file(BELFRY_EMBEDDED_HOST, program);
  const bool root = ::geteuid() == 0;
  const auto closed = home.path() / "data";
  std::filesystem::create_directory(closed);
  ASSERT_EQ(::chmod(closed.c_str(), 0555), 0);
  ChildProcess host({.args = {program, closed}, .user = root ? "nobody" : ""});
  const auto exit = host.waitForExit(30s);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->code, 1);
  EXPECT_THAT(host.standardError(), HasSubstr("data directory " + closed.string() + " is not writable by user "));
  EXPECT_THAT(host.standardError(), HasSubstr("Permission denied"));
}

TEST_F(FirstStartTest, DirectoryTooLongForASocketIsNamedWithTheLimit) {
  auto wanted = settings();
  wanted.data_dir = dir() / std::string(100, 'x');
  EXPECT_THAT(refusal(wanted), AllOf(HasSubstr(wanted.data_dir.string()), HasSubstr("at most 84 are allowed")));
  EXPECT_FALSE(std::filesystem::exists(wanted.data_dir));
}

TEST_F(FirstStartTest, LongestAllowedDirectoryWorks) {
  auto wanted = settings();
  wanted.data_dir = dir().string() + std::string(84 - dir().string().size(), 'x');
  EXPECT_EQ(refusal(wanted), "");
}

TEST_F(FirstStartTest, DirectoryWithSpacesAndSignsWorks) {
  auto wanted = settings();
  wanted.data_dir = dir() / "with space & 100%";
  auto running = services(wanted);
  EXPECT_EQ(runSql(running->start().database_url, "SELECT 1")[0][0], "1");
}

TEST_F(FirstStartTest, ParentThatTheServersUserMayNotEnterIsNamed) {
  const auto parent = dir();
  std::filesystem::create_directory(parent);
  auto wanted = settings();
  wanted.data_dir = parent / "data";
  if (::geteuid() == 0) {
    ::chmod(parent.c_str(), 0700);
    EXPECT_THAT(refusal(wanted),
                AllOf(HasSubstr("directory " + parent.string() + " (mode 0700) is closed to user postgres"),
                      HasSubstr("chmod o+x")));
  } else {
    ::chmod(parent.c_str(), 0000);
    EXPECT_THAT(refusal(wanted), HasSubstr(wanted.data_dir.string()));
    ::chmod(parent.c_str(), 0700);
  }
}

TEST_F(FirstStartTest, PrivateDataDirectoryOfItsOwnerIsOpenedForPassage) {
  std::filesystem::create_directory(dir());
  ::chmod(dir().c_str(), 0700);  // as `mktemp -d` makes it
  EXPECT_EQ(refusal(), "");
  const auto mode = std::filesystem::status(dir()).permissions();
  EXPECT_EQ(mode & std::filesystem::perms::others_read, std::filesystem::perms::none);
}

TEST_F(FirstStartTest, MissingPostgresNamesTheDebianPackage) {
  auto wanted = settings();
  wanted.pg_bin_dir = "/usr/lib/postgresql/none/bin";
  EXPECT_THAT(refusal(wanted), AllOf(HasSubstr("embedded.postgres_bin_directory /usr/lib/postgresql/none/bin"),
                                     HasSubstr("Debian package postgresql")));
}

TEST_F(FirstStartTest, MissingRedisNamesTheDebianPackage) {
  auto wanted = settings();
  wanted.redis_server = "/usr/bin/no-redis";
  EXPECT_THAT(refusal(wanted),
              AllOf(HasSubstr("redis_server /usr/bin/no-redis"), HasSubstr("Debian package redis-server")));
}

TEST_F(EmbeddedTest, ClusterOfAnotherVersionNamesThePackageToInstall) {
  std::ofstream(dir() / "postgres/data/PG_VERSION") << "99\n";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("was made by PostgreSQL 99"), HasSubstr("postgresql-99")));
}

TEST_F(EmbeddedTest, CorruptedClusterIsRefusedWithPostgresWordsAndItsLog) {
  std::filesystem::remove(dir() / "postgres/data/global/pg_control");
  const auto line = refusal();
  EXPECT_THAT(line, AllOf(HasSubstr("PostgreSQL did not start"), HasSubstr("pg_control"),
                          HasSubstr((dir() / "logs/postgres.log").string())));
  EXPECT_FALSE(anythingRuns());
}

TEST_F(EmbeddedTest, BrokenSettingIsRefusedWithPostgresWords) {
  std::ofstream(dir() / "etc/postgresql.conf", std::ios::app) << "shared_bufers = 1GB\n";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("PostgreSQL did not start"), HasSubstr("shared_bufers")));
}

TEST_F(FirstStartTest, DirectoryThatIsNoClusterIsNotOverwritten) {
  const auto data = dir() / "postgres/data";
  std::filesystem::create_directories(data);
  std::ofstream(data / "letter") << "dear";
  EXPECT_THAT(refusal(), AllOf(HasSubstr(data.string()), HasSubstr("no PG_VERSION")));
  EXPECT_EQ(readFile(data / "letter"), "dear");
}

TEST_F(EmbeddedTest, RedisThatWillNotStartIsRefusedWithItsWordsAndItsLog) {
  const auto manifest = dir() / "redis/appendonlydir/appendonly.aof.manifest";
  ASSERT_TRUE(std::filesystem::exists(manifest));
  std::ofstream(manifest) << "not a manifest\n";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("Redis did not start"), HasSubstr((dir() / "logs/redis.log").string())));
  EXPECT_FALSE(anythingRuns());  // PostgreSQL, which was fine, does not stay behind
}

TEST_F(EmbeddedTest, ServerThatNeverAnswersIsGivenUp) {
  const TemporaryDirectory silent;
  for (const auto* program : {"initdb", "postgres"}) {
    std::ofstream(silent.path() / program) << "#!/bin/sh\nexec tail -f /dev/null\n";
    ::chmod((silent.path() / program).c_str(), 0755);
  }
  auto wanted = settings();
  wanted.pg_bin_dir = silent.path();
  wanted.start_timeout = 500ms;
  EXPECT_THAT(refusal(wanted), AllOf(HasSubstr("PostgreSQL did not start (no answer within 500 ms): it wrote nothing"),
                                     HasSubstr((dir() / "logs/postgres.log").string())));
  EXPECT_FALSE(anythingRuns());
}

TEST_F(EmbeddedTest, RefusedStartUnlocksTheDirectory) {
  auto wanted = settings();
  wanted.redis_server = "/usr/bin/no-redis";
  auto refused = services(wanted);
  EXPECT_THROW(refused->start(), EmbeddedError);
  EXPECT_EQ(refusal(), "");
}

}  // namespace
}  // namespace belfry::test
