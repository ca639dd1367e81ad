// A pool that waits, is fair, and heals.
#include <signal.h>

#include <atomic>
#include <thread>
#include <vector>

#include "own_server.h"
#include "pg_fixture.h"

namespace belfry::pg::test {
namespace {

using PoolTest = OwnDatabase;

constexpr Statement kOne{"one", "SELECT 1"};

TEST_F(PoolTest, OpensOnlyWhatIsNeeded) {
  Pool pool(poolOf(database_.url(), 4), quietLog());
  EXPECT_EQ(pool.stats().open, 0);
  const auto pid = pool.acquire()->backendPid();
  EXPECT_EQ(pool.acquire()->backendPid(), pid);
  EXPECT_EQ(pool.stats().open, 1);
  {
    const Lease first = pool.acquire();
    const Lease second = pool.acquire();
    EXPECT_EQ(pool.stats().in_use, 2);
  }
  EXPECT_EQ(pool.stats().open, 2);
  EXPECT_EQ(pool.stats().in_use, 0);
  EXPECT_EQ(pool.stats().acquired, 4U);
}

TEST_F(PoolTest, PreparedStatementsSurviveTheLease) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  pool.acquire()->run(kOne);
  const Lease lease = pool.acquire();
  lease->run(kOne);
  EXPECT_EQ(lease->preparedCount(), 1U);
}

TEST_F(PoolTest, WaitsAndThenSaysSo) {
  auto settings = poolOf(database_.url(), 1);
  settings.acquire_timeout = 30ms;
  Pool pool(settings, quietLog());
  const Lease lease = pool.acquire();
  try {
    pool.acquire();
    FAIL() << "a second lease of one connection";
  } catch (const PoolTimeout& error) {
    EXPECT_STREQ(error.what(), "no database connection became free within 30 ms (all 1 are in use)");
  }
  EXPECT_EQ(pool.stats().timed_out, 1U);
  EXPECT_EQ(pool.stats().waiting, 0);
}

TEST_F(PoolTest, AFreedConnectionGoesToWhoWaits) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  auto lease = std::make_unique<Lease>(pool.acquire());
  std::thread waiter([&] { EXPECT_EQ(pool.acquire()->run(kOne).size(), 1); });
  EXPECT_TRUE(waitUntil(10s, [&] { return pool.stats().waiting == 1; }));
  lease.reset();
  waiter.join();
  EXPECT_GT(pool.stats().waited.count(), 0);
}

TEST_F(PoolTest, WaitersAreServedInOrder) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  auto lease = std::make_unique<Lease>(pool.acquire());
  std::vector<int> order;  // guarded by the single connection
  std::vector<std::thread> waiters;
  for (int i = 0; i < 8; ++i) {
    waiters.emplace_back([&, i] {
      const Lease mine = pool.acquire();
      order.push_back(i);
    });
    ASSERT_TRUE(waitUntil(10s, [&] { return pool.stats().waiting == i + 1; }));
  }
  lease.reset();
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(PoolTest, ContentionNeverExceedsTheSize) {
  Pool pool(poolOf(database_.url(), 3), quietLog());
  std::atomic<int> in_use{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const Lease lease = pool.acquire();
        const int now = ++in_use;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        EXPECT_EQ(lease->run(kOne).size(), 1);
        --in_use;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_LE(pool.stats().open, 3);
  EXPECT_EQ(pool.stats().acquired, 600U);
}

TEST_F(PoolTest, TerminatedBackendsHealAtCheckOut) {
  Pool pool(poolOf(database_.url(), 3), quietLog());
  {
    const Lease a = pool.acquire(), b = pool.acquire(), c = pool.acquire();
    a->run(kOne), b->run(kOne), c->run(kOne);
  }
  database_.killConnections();
  ASSERT_TRUE(waitUntil(10s, [&] {
    return database_.scalar(
               "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'belfry-test'"
               " AND datname = current_database()") == "0";
  }));
  const Lease a = pool.acquire(), b = pool.acquire(), c = pool.acquire();
  for (const Lease* lease : {&a, &b, &c}) EXPECT_EQ((*lease)->run(kOne)[0].int64(0), 1);
  EXPECT_EQ(pool.stats().healed, 3U);
  EXPECT_EQ(pool.stats().open, 3);
}

TEST_F(PoolTest, ABackendTerminatedUnderALeaseHealsForTheNext) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  {
    const Lease lease = pool.acquire();
    database_.killConnections();
    EXPECT_TRUE(errorOf([&] { lease->run(kOne); }).connectionLost());
  }
  EXPECT_EQ(pool.acquire()->run(kOne)[0].int64(0), 1);
}

TEST_F(PoolTest, AnOpenTransactionDoesNotReachTheNextLease) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  {
    const Lease lease = pool.acquire();
    lease->begin();
    lease->runText("CREATE TABLE public.left_behind (n int)");
  }
  const Lease lease = pool.acquire();
  EXPECT_FALSE(lease->inTransaction());
  EXPECT_TRUE(lease->run(statement("SELECT to_regclass('public.left_behind') IS NULL"))[0].boolean(0));
  EXPECT_EQ(pool.stats().healed, 0U);
}

TEST_F(PoolTest, TheTenantDoesNotReachTheNextLease) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  const Statement tenant{"tenant", "SELECT coalesce(current_setting('belfry.tenant', true), '')"};
  const TenantId id{newUuidV7(SystemClock().now())};
  const auto left = [&] { return std::string(pool.acquire()->run(tenant)[0].text(0)); };
  {
    const Lease lease = pool.acquire();
    Transaction transaction(*lease, id);
    EXPECT_EQ(transaction.run(tenant)[0].text(0), id.toString());
  }
  EXPECT_EQ(left(), "") << "after a rollback";
  {
    const Lease lease = pool.acquire();
    Transaction transaction(*lease, id);
    transaction.commit();
  }
  EXPECT_EQ(left(), "") << "after a commit";
  EXPECT_EQ(runAsTenant(*pool.acquire(), id, tenant)[0].text(0), id.toString());
  EXPECT_EQ(left(), "") << "after a single statement";
  {
    const Lease lease = pool.acquire();
    Transaction transaction(*lease, id);
    EXPECT_THROW(transaction.run({"zero", "SELECT 1/0"}), SqlError);
  }
  EXPECT_EQ(left(), "") << "after a failed statement";
}

TEST_F(PoolTest, RunAsTenantRefusesToNest) {
  Pool pool(poolOf(database_.url(), 1), quietLog());
  const Lease lease = pool.acquire();
  Transaction transaction(*lease);
  EXPECT_THROW(runAsTenant(*lease, TenantId{}, kOne), std::logic_error);
}

TEST_F(PoolTest, SizeZeroIsRefused) {
  EXPECT_THROW(Pool(poolOf(database_.url(), 0), quietLog()), std::invalid_argument);
}

TEST_F(PoolTest, ALeaseCanBeMoved) {
  Pool pool(poolOf(database_.url(), 2), quietLog());
  Lease first = pool.acquire();
  Lease second = pool.acquire();
  first = std::move(second);
  EXPECT_EQ(pool.stats().in_use, 1);
  EXPECT_EQ(first->run(kOne).size(), 1);
}

TEST(PoolOnOwnServer, AServerRestartIsHealed) {
  OwnServer server;
  Pool pool(poolOf(server.url(), 2), quietLog());
  {
    const Lease a = pool.acquire(), b = pool.acquire();
    a->run(kOne), b->run(kOne);
  }
  server.stop();
  const SqlError down = errorOf([&] { pool.acquire(); });
  EXPECT_TRUE(down.connectionLost());
  EXPECT_TRUE(down.retryable());
  EXPECT_EQ(pool.stats().in_use, 0);
  EXPECT_EQ(pool.stats().unreachable, 1U);
  server.start();
  const Lease a = pool.acquire(), b = pool.acquire();
  EXPECT_EQ(a->run(kOne)[0].int64(0), 1);
  EXPECT_EQ(b->run(kOne)[0].int64(0), 1);
  EXPECT_EQ(pool.stats().healed, 2U);
}

TEST(PoolOnOwnServer, AServerThatStartsLaterIsFound) {
  OwnServer server;
  server.stop();
  Pool pool(poolOf(server.url(), 1), quietLog());
  EXPECT_TRUE(errorOf([&] { pool.acquire(); }).connectionLost());
  server.start();
  EXPECT_EQ(pool.acquire()->run(kOne)[0].int64(0), 1);
}

TEST(ConnectionOnOwnServer, AFrozenServerHangsNobody) {
  OwnServer server;
  auto settings = sessionOf(server.url());
  settings.statement_timeout = 100ms;
  settings.grace = 100ms;
  Connection connection(settings, quietLog());
  server.signalAll(SIGSTOP);
  const SqlError error = errorOf([&] { connection.run(statement("INSERT INTO t VALUES (1)")); });
  server.signalAll(SIGCONT);
  EXPECT_TRUE(error.connectionLost());
  EXPECT_TRUE(connection.heal());
  EXPECT_EQ(connection.run(kOne)[0].int64(0), 1);
}

}  // namespace
}  // namespace belfry::pg::test
