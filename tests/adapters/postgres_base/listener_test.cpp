#include <condition_variable>
#include <map>
#include <mutex>

#include "adapters/postgres/listener.h"
#include "own_server.h"
#include "pg_fixture.h"

namespace belfry::pg::test {
namespace {

/// Collects what a listener reports. Thread-safe.
class Ear {
 public:
  Listener::OnNotify onNotify() {
    return [this](std::string_view channel, std::string_view payload) {
      const std::lock_guard lock(mutex_);
      heard_.emplace_back(std::string(channel) + "=" + std::string(payload));
    };
  }
  Listener::OnReconnected onReconnected() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++connections_;
    };
  }
  bool waitForConnections(int count) {
    return waitUntil(20s, [&] {
      const std::lock_guard lock(mutex_);
      return connections_ >= count;
    });
  }
  bool waitForHeard(std::size_t count) {
    return waitUntil(20s, [&] {
      const std::lock_guard lock(mutex_);
      return heard_.size() >= count;
    });
  }
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> heard_;
  int connections_ = 0;
};

class ListenerTest : public OwnDatabase {
 protected:
  ListenerSettings settings() {
    return {.url = database_.url(), .channels = {"work", "Odd \"name\""}, .min_pause = 5ms};
  }
  Ear ear_;
};

TEST_F(ListenerTest, HearsItsChannelsOnly) {
  Listener listener(settings(), ear_.onNotify(), ear_.onReconnected(), quietLog());
  ASSERT_TRUE(ear_.waitForConnections(1));
  EXPECT_TRUE(listener.connected());
  database_.sql("NOTIFY other, 'x'; NOTIFY work, 'a'; NOTIFY work; SELECT pg_notify('Odd \"name\"', 'ü')");
  ASSERT_TRUE(ear_.waitForHeard(3));
  EXPECT_EQ(ear_.heard(), (std::vector<std::string>{"work=a", "work=", "Odd \"name\"=ü"}));
}

TEST_F(ListenerTest, ComesBackAfterItsConnectionWasKilled) {
  Listener listener(settings(), ear_.onNotify(), ear_.onReconnected(), quietLog());
  for (int round = 1; round <= 3; ++round) {
    ASSERT_TRUE(ear_.waitForConnections(round));
    database_.killConnections();
  }
  ASSERT_TRUE(ear_.waitForConnections(4));
  database_.sql("NOTIFY work, 'again'");
  ASSERT_TRUE(ear_.waitForHeard(1));
  EXPECT_EQ(ear_.heard().front(), "work=again");
}

TEST_F(ListenerTest, ABrokenCallbackDoesNotEndIt) {
  int calls = 0;
  Ear ear;
  Listener listener(
      settings(),
      [&](std::string_view channel, std::string_view payload) {
        if (++calls == 1) throw std::runtime_error("callback");
        ear.onNotify()(channel, payload);
      },
      ear.onReconnected(), silentLog());
  ASSERT_TRUE(ear.waitForConnections(1));
  database_.sql("NOTIFY work, '1'");
  database_.sql("NOTIFY work, '2'");
  ASSERT_TRUE(ear.waitForHeard(1));
  EXPECT_EQ(ear.heard().front(), "work=2");
}

TEST_F(ListenerTest, AQuietConnectionIsChecked) {
  auto often = settings();
  often.check_every = 1ms;
  Listener listener(often, ear_.onNotify(), ear_.onReconnected(), quietLog());
  ASSERT_TRUE(ear_.waitForConnections(1));
  for (int i = 0; i < 20; ++i) database_.sql("NOTIFY work, '" + std::to_string(i) + "'");
  ASSERT_TRUE(ear_.waitForHeard(20));  // none is lost among the checks
}

TEST(ListenerOnOwnServer, WaitsForAServerThatIsDownAndHearsItLater) {
  OwnServer server;
  server.stop();
  Ear ear;
  Listener listener({.url = server.url(), .channels = {"work"}, .min_pause = 5ms, .max_pause = 50ms}, ear.onNotify(),
                    ear.onReconnected(), silentLog());
  EXPECT_FALSE(listener.connected());
  server.start();
  ASSERT_TRUE(ear.waitForConnections(1));
  belfry::test::runSql(server.url(), "NOTIFY work, 'late'");
  ASSERT_TRUE(ear.waitForHeard(1));
  server.stop();
  ASSERT_TRUE(waitUntil(20s, [&] { return !listener.connected(); }));
}

TEST(ListenerWithoutServer, StopsWhileItPauses) {
  TemporaryDirectory nowhere;
  Listener listener(
      {.url = "host=" + nowhere.path().string() + " user=x", .channels = {"work"}, .min_pause = 1h, .max_pause = 1h},
      {}, {}, quietLog());
  listener.stop();
  listener.stop();
  EXPECT_FALSE(listener.connected());
}

}  // namespace
}  // namespace belfry::pg::test
