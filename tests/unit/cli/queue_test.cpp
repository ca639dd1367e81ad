// `belfry queue` and `belfry audit` against a scripted host: what is asked and what is shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_run.h"
#include "scripted_host.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Queue, PauseSaysWhatIsMeant) {
  const ScriptedHost host({{201, R"({"id":"p1","drain":false,"channel":"email","by":"key:ops"})"}});
  const auto run = runCommand(on(host, {"queue", "pause", "--channel", "email", "--reason", "slow"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked().at(0).line, "POST /api/v1/admin/queues/pause HTTP/1.1");
  EXPECT_EQ(host.asked().at(0).body, R"({"channel":"email","reason":"slow"})");
  EXPECT_THAT(run.out, HasSubstr("key:ops"));
  EXPECT_EQ(runCommand(on(host, {"queue", "drain", "--all"})).status, 0);
  EXPECT_EQ(host.asked().at(1).body, R"({"all":true})");
}

TEST(Queue, NothingIsAskedWhenNothingIsNamed) {
  const ScriptedHost host({{201, "{}"}});
  for (const auto* word : {"pause", "resume", "drain"}) {
    const auto run = runCommand(on(host, {"queue", word}));
    EXPECT_EQ(run.status, 2) << word;
    EXPECT_THAT(run.err, HasSubstr("--all"));
  }
  EXPECT_EQ(runCommand(on(host, {"queue", "delete-waiting", "--all", "--limit", "0"})).status, 2);
  EXPECT_THAT(host.asked(), IsEmpty());
}

TEST(Queue, AFilterIsMadeOfTheOptions) {
  const ScriptedHost host({{200, R"({"dryRun":true,"matched":3,"complete":false,"sample":["d1","d2"]})"}});
  const auto run = runCommand(on(host, {"queue",          "change-priority",
                                        "--to-priority",  "low",
                                        "--channel",      "sms",
                                        "--priority",     "high",
                                        "--state",        "deferred",
                                        "--provider",     "p",
                                        "--error",        "e",
                                        "--from",         "2026-12-01T00:00:00Z",
                                        "--to",           "2026-12-02T00:00:00Z",
                                        "--batch",        "b",
                                        "--notification", "n1,n2",
                                        "--limit",        "9",
                                        "--dry-run"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(
      host.asked().at(0).body,
      R"({"action":"change_priority","filter":{"channel":"sms","priority":"high","state":"deferred","provider":"p",)"
      R"("errorCode":"e","from":"2026-12-01T00:00:00Z","to":"2026-12-02T00:00:00Z","batchId":"b",)"
      R"("notificationIds":["n1","n2"]},"priority":"low","limit":9,"dryRun":true})");
  EXPECT_EQ(run.out, "at least 3 deliveries would be changed; nothing was\n  d1\n  d2\n");
}

TEST(Queue, TheListShowsWhatAnOperatorLooksFor) {
  const ScriptedHost host(
      {{200, R"({"at":"x","items":[{"channel":"email","priority":"low","waiting":1234,"scheduled":0,)"
             R"("deferred":0,"inFlight":5,"exact":true,"oldestAgeSeconds":61.5,)"
             R"("settledPerMinute":{"last5":77},"successShare":0.9,"timeToSend":null,)"
             R"("drainSeconds":null,"recommendedSlots":8,"recommendedWorkers":1}]})"}});
  const auto run = runCommand(on(host, {"queue", "list", "--channel", "email"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked().at(0).line, "GET /api/v1/admin/queues?channel=email HTTP/1.1");
  for (const auto* seen : {"1234", "61.5", "77", "0.9"}) EXPECT_THAT(run.out, HasSubstr(seen));
}

TEST(Audit, IsListedByActionAndTime) {
  const ScriptedHost host(
      {{200, R"({"items":[{"at":"2026-12-01T09:00:00.000000Z","actor":"key:ops","action":"queue.pause",)"
             R"("target":"email","before":null,"after":{"drain":false}}],"nextCursor":null})"}});
  const auto run = runCommand(on(host, {"audit", "list", "--action", "queue.pause", "--from", "2026-12-01T00:00:00Z"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(host.asked().at(0).line,
              HasSubstr("/api/v1/admin/audit?action=queue.pause&from=2026-12-01T00%3A00%3A00Z"));
  EXPECT_THAT(run.out, HasSubstr("key:ops"));
}

}  // namespace
}  // namespace belfry::cli
