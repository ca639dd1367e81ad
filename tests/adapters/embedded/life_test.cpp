// Start, stop, start again.
#include <sys/stat.h>

#include <thread>

#include "embedded_fixture.h"

namespace belfry::test {
namespace {

TEST_F(FirstStartTest, GivesADatabaseThatAPlainRoleOwns) {
  auto running = services();
  const auto url = running->start().database_url;
  const auto row =
      runSql(url,
             "SELECT current_user, current_database(), pg_get_userbyid(datdba), rolsuper, rolcreaterole, rolbypassrls "
             "FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user");
  EXPECT_EQ(row, (std::vector<SqlRow>{{"belfry", "belfry", "belfry", "f", "t", "f"}}));
  EXPECT_NO_THROW(runSql(url, "CREATE ROLE tenant_reader NOLOGIN; CREATE TABLE mine (id int)"));
}

TEST_F(EmbeddedTest, PostgresListensOnNoPortAndKeepsItsPromises) {
  auto running = services();
  const auto url = running->start().database_url;
  const auto show = [&](const std::string& name) { return runSql(url, "SHOW " + name)[0][0]; };
  EXPECT_EQ(show("listen_addresses"), "");
  EXPECT_EQ(show("fsync"), "on");
  EXPECT_EQ(show("synchronous_commit"), "on");
  EXPECT_EQ(show("full_page_writes"), "on");
  EXPECT_EQ(show("max_wal_size"), "2GB");
  EXPECT_EQ(show("server_encoding"), "UTF8");
  EXPECT_EQ(show("TimeZone"), "UTC");
}

TEST_F(EmbeddedTest, RedisListensOnNoPortAndKeepsAnAppendOnlyFile) {
  auto running = services();
  const auto socket = running->start().redis_socket;
  EXPECT_EQ(socket, std::filesystem::canonical(dir()) / "redis/redis.sock");
  EXPECT_EQ(redis({"PING"}), "PONG");
  EXPECT_EQ(redis({"CONFIG", "GET", "port"}), "port\n0");
  EXPECT_EQ(redis({"CONFIG", "GET", "appendonly"}), "appendonly\nyes");
  EXPECT_EQ(redis({"CONFIG", "GET", "appendfsync"}), "appendfsync\neverysec");
  EXPECT_EQ(redis({"CONFIG", "GET", "maxmemory-policy"}), "maxmemory-policy\nnoeviction");
}

TEST_F(EmbeddedTest, ServersNeverRunAsRootAndOnlyTheirUserEntersTheirDirectories) {
  auto running = services();
  running->start();
  for (const auto& [name, pid] : {std::pair{"postgres", postgresPid()}, std::pair{"redis", redisPid()}}) {
    struct stat process {};
    struct stat directory {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(pid)).c_str(), &process), 0) << name;
    ASSERT_EQ(::stat((dir() / name).c_str(), &directory), 0) << name;
    EXPECT_NE(process.st_uid, 0u) << name;
    EXPECT_EQ(directory.st_uid, process.st_uid) << name;
    EXPECT_EQ(directory.st_mode & 0777u, 0700u) << name;
  }
}

TEST_F(EmbeddedTest, DataOfBothSurvivesACleanStop) {
  {
    auto first = services();
    runSql(first->start().database_url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");
    EXPECT_EQ(redis({"SET", "kept", "seven"}), "OK");
    first->stop();
  }
  auto second = services();
  EXPECT_EQ(runSql(second->start().database_url, "SELECT id FROM kept"), (std::vector<SqlRow>{{"7"}}));
  EXPECT_EQ(redis({"GET", "kept"}), "seven");
}

TEST_F(EmbeddedTest, StopLeavesNoProcessAndNoLock) {
  auto running = services();
  const auto url = running->start().database_url;
  EXPECT_TRUE(anythingRuns());
  running->stop();
  EXPECT_FALSE(anythingRuns());
  EXPECT_FALSE(answers(url));
  running->stop();  // again: nothing to do
  EXPECT_EQ(refusal(), "");
}

TEST_F(EmbeddedTest, StopEndsClientsThatStillAsk) {
  auto running = services();
  const auto url = running->start().database_url;
  std::thread client([&] { EXPECT_THROW(runSql(url, "SELECT pg_sleep(3600)"), std::runtime_error); });
  EXPECT_TRUE(waitUntil(10s, [&] {
    return runSql(
               url,
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%3600%' AND pid <> pg_backend_pid()")[0][0] ==
           "1";
  }));
  running->stop();
  client.join();
  EXPECT_FALSE(anythingRuns());
}

TEST_F(FirstStartTest, StopMeanwhileEndsTheStart) {
  auto running = services();
  std::string refused;
  std::thread starting([&] {
    try {
      running->start();
    } catch (const EmbeddedError& error) {
      refused = error.what();
    }
  });
  const auto new_cluster = dir() / "postgres/data.new/PG_VERSION";
  EXPECT_TRUE(waitUntil(30s, [&] { return std::filesystem::exists(new_cluster); }));
  running->stop();
  starting.join();
  EXPECT_NE(refused.find("stopped"), std::string::npos) << refused;
  EXPECT_FALSE(anythingRuns());
  EXPECT_EQ(refusal(), "");  // the half-made cluster does not disturb the next start
}

TEST_F(EmbeddedTest, OperatorsSettingsSurviveARestart) {
  std::ofstream(dir() / "etc/postgresql.conf", std::ios::app) << "work_mem = 13MB\n";
  auto running = services();
  EXPECT_EQ(runSql(running->start().database_url, "SHOW work_mem")[0][0], "13MB");
}

TEST_F(FirstStartTest, RunsAsAPlainUserToo) {
  // As root the host itself is run as `nobody`, from a copy that nobody may reach; otherwise as oneself.
  const TemporaryDirectory home;
  const auto program = home.path() / "embedded_host";
  std::filesystem::copy_file(BELFRY_EMBEDDED_HOST, program);
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::chown(home.path().c_str(), 65534, 65534), 0);
  }
  auto host = startHost(home.path() / "data", root ? "nobody" : "", program);
  EXPECT_EQ(runSql(urlOf(*host), "SELECT 1 + 1")[0][0], "2");
  host->signal(SIGTERM);
  const auto exit = host->waitForExit(30s);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->code, 0) << host->output();
  EXPECT_TRUE(embedded::processesIn(home.path() / "data/postgres/data", "postgres").empty());
}

}  // namespace
}  // namespace belfry::test
