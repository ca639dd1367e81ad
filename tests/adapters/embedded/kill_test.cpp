// What happens when something is killed.
#include <sys/socket.h>
#include <sys/un.h>

#include <thread>

#include "embedded_fixture.h"

namespace belfry::test {
namespace {

void fillTable(const std::string& url) {
  runSql(url, "CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 1000)");
}

std::string countOf(const std::string& url) { return runSql(url, "SELECT count(*) FROM kept")[0][0]; }

TEST_F(EmbeddedTest, KilledPostgresComesBackWithItsData) {
  auto running = services();
  const auto url = running->start().database_url;
  fillTable(url);
  const pid_t before = postgresPid();
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  EXPECT_TRUE(waitUntil(60s, [&] { return postgresPid() != before && answers(url); })) << log();
  EXPECT_EQ(countOf(url), "1000");
  EXPECT_NE(log().find("\"event\":\"embedded server ended\",\"server\":\"PostgreSQL\",\"how\":\"signal 9\""),
            std::string::npos);
}

TEST_F(EmbeddedTest, KilledPostgresComesBackAlthoughABackendIsBusy) {
  auto running = services();
  const auto url = running->start().database_url;
  // A backend that never looks at its latch does not notice that its postmaster died.
  std::thread client([&] {
    EXPECT_THROW(runSql(url, "DO $$ DECLARE n int := 0; BEGIN LOOP n := (n + 1) % 1000; END LOOP; END $$"),
                 std::runtime_error);
  });
  EXPECT_TRUE(waitUntil(10s, [&] {
    return runSql(url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'")[0][0] ==
           "1";
  }));
  const pid_t before = postgresPid();
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  EXPECT_TRUE(waitUntil(60s, [&] { return postgresPid() != before && answers(url); })) << log();
  client.join();
}

TEST_F(EmbeddedTest, KilledRedisComesBackWithItsData) {
  auto running = services();
  running->start();
  EXPECT_EQ(redis({"SET", "kept", "seven"}), "OK");
  const pid_t before = redisPid();
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  EXPECT_TRUE(waitUntil(60s, [&] { return redisPid() != before && redis({"PING"}) == "PONG"; })) << log();
  EXPECT_EQ(redis({"GET", "kept"}), "seven");
}

TEST_F(EmbeddedTest, ServersThatKeepDyingAreStartedAgainEachTime) {
  auto running = services();
  const auto url = running->start().database_url;
  for (int round = 0; round < 3; ++round) {
    const pid_t before = postgresPid();
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    ASSERT_TRUE(waitUntil(60s, [&] { return postgresPid() != before && answers(url); })) << log();
  }
}

TEST_F(EmbeddedTest, KilledHostTakesItsServersAlong) {
  auto host = startHost(dir());
  const auto url = urlOf(*host);
  EXPECT_TRUE(anythingRuns());
  host->kill();
  EXPECT_TRUE(waitUntil(30s, [&] { return !anythingRuns(); }));
  EXPECT_FALSE(answers(url));
}

TEST_F(EmbeddedTest, StartRightAfterAKilledHostFindsItsData) {
  auto host = startHost(dir());
  fillTable(urlOf(*host));
  host->kill();
  auto next = services();  // the old servers may still be on their way down
  EXPECT_EQ(countOf(next->start().database_url), "1000");
  EXPECT_EQ(redis({"PING"}), "PONG");
}

TEST_F(EmbeddedTest, StartAfterEverythingWasKilledAtOnceFindsItsData) {
  auto host = startHost(dir());
  fillTable(urlOf(*host));
  ::kill(postgresPid(), SIGKILL);
  ::kill(redisPid(), SIGKILL);
  host->kill();
  auto next = services();
  EXPECT_EQ(countOf(next->start().database_url), "1000");
}

TEST_F(EmbeddedTest, HungPostmasterOfAKilledHostIsEnded) {
  auto host = startHost(dir());
  fillTable(urlOf(*host));
  const pid_t hung = postgresPid();
  ASSERT_EQ(::kill(hung, SIGSTOP), 0);
  host->kill();
  auto next_settings = settings();
  next_settings.stop_timeout = 300ms;
  auto next = services(next_settings);
  EXPECT_EQ(countOf(next->start().database_url), "1000");
  EXPECT_NE(postgresPid(), hung);
  EXPECT_NE(log().find("processes of a former PostgreSQL ended"), std::string::npos) << log();
}

TEST_F(FirstStartTest, KilledMeanwhileIsNoObstacleForTheNext) {
  ChildProcess host({.args = {BELFRY_EMBEDDED_HOST, dir()}});
  const auto half_made = dir() / "postgres/data.new/PG_VERSION";
  EXPECT_TRUE(waitUntil(30s, [&] { return std::filesystem::exists(half_made); })) << host.output();
  host.kill();
  EXPECT_EQ(refusal(), "");
}

TEST_F(EmbeddedTest, PidFileThatNowNamesAnotherProgramIsNoObstacle) {
  const auto file = dir() / "postgres/data/postmaster.pid";
  // Of the same user, or PostgreSQL would see by itself that it is none of its own.
  ChildProcess innocent({.args = {"sleep", "1000"}, .user = ::geteuid() == 0 ? "postgres" : ""});
  std::ofstream(file) << innocent.pid() << "\n"
                      << (dir() / "postgres/data").string() << "\n1\n5432\n\n\n  1 1\nready\n";
  std::ofstream(dir() / "postgres/.s.PGSQL.5432.lock") << innocent.pid() << "\n";
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(innocent.running());
  EXPECT_NE(log().find("stale postmaster.pid removed"), std::string::npos) << log();
}

TEST_F(EmbeddedTest, StaleRedisSocketIsNotTakenForAnAnswer) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const auto path = (dir() / "redis/redis.sock").string();
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::filesystem::remove(path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);  // the file stays, nobody listens
  auto running = services();
  running->start();
  EXPECT_EQ(redis({"PING"}), "PONG");
}

}  // namespace
}  // namespace belfry::test
