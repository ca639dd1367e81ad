// `belfry dlq` against a scripted host: what is asked and what is shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_run.h"
#include "scripted_host.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Dlq, TheListIsAskedForByEachOfItsFilters) {
  const ScriptedHost host({{200, R"({"items":[{"id":"l1","diedAt":"2026-12-01T09:00:00.000000Z","channel":"email",)"
                                 R"("template":null,"provider":"acme-smtp","errorCode":"timeout","attempt":3,)"
                                 R"("state":"dead"}],"nextCursor":"c2"})"}});
  const auto run = runCommand(
      on(host, {"dlq", "list", "--channel", "email", "--error", "timeout", "--provider", "acme-smtp", "--template",
                "hello", "--priority", "low", "--state", "dead", "--from", "2026-12-01T00:00:00Z", "--limit", "1"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked().at(0).line,
            "GET /api/v1/admin/dead-letters?state=dead&channel=email&priority=low&provider=acme-smtp&errorCode=timeout&"
            "template=hello&from=2026-12-01T00%3A00%3A00Z&limit=1 HTTP/1.1");
  for (const auto* seen : {"l1", "acme-smtp", "timeout", "3", "dead"}) EXPECT_THAT(run.out, HasSubstr(seen));
}

TEST(Dlq, AnInspectedOneShowsItsAttemptsAndWhatItSays) {
  const ScriptedHost host(
      {{200,
        R"({"id":"l1","state":"dead","notification":{"deliveries":[{"error":{"code":"x","detail":"no route"},)"
        R"("timeline":[{"at":"2026-12-01T09:00:00.000000Z","type":"failed","attempt":3,"provider":"acme"}]}]},)"
        R"("preview":{"to":"a***@example.test","provider":"acme","content":{"subject":"Hello"},"problem":null}})"}});
  const auto run = runCommand(on(host, {"dlq", "show", "l1"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked().at(0).line, "GET /api/v1/admin/dead-letters/l1 HTTP/1.1");
  for (const auto* seen : {"no route", "failed", "a***@example.test", "subject:\nHello"})
    EXPECT_THAT(run.out, HasSubstr(seen));
}

TEST(Dlq, OneIsReplayedOrPurgedByItsId) {
  const ScriptedHost host({{200, R"({"id":"l1","state":"replayed","deliveryId":"d1"})"}});
  EXPECT_EQ(runCommand(on(host, {"dlq", "replay", "--id", "l1"})).status, 0);
  EXPECT_EQ(host.asked().at(0).line, "POST /api/v1/admin/dead-letters/l1/replay HTTP/1.1");
  const auto purged = runCommand(on(host, {"dlq", "purge", "--id", "l1"}));
  EXPECT_EQ(purged.out, "purged dead letter l1 of delivery d1\n");
  EXPECT_EQ(host.asked().at(1).line, "DELETE /api/v1/admin/dead-letters/l1 HTTP/1.1");
}

TEST(Dlq, ManyAreMeantByAFilterAndCountedByADryRun) {
  const ScriptedHost host({{200, R"({"dryRun":true,"matched":3,"complete":true,"sample":["l1"]})"}});
  const auto run = runCommand(on(host, {"dlq", "replay", "--provider", "p", "--template", "t", "--to",
                                        "2026-12-02T00:00:00Z", "--limit", "9", "--dry-run"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked().at(0).line, "POST /api/v1/admin/dead-letters/replay HTTP/1.1");
  EXPECT_EQ(host.asked().at(0).body,
            R"({"filter":{"provider":"p","template":"t","to":"2026-12-02T00:00:00Z"},"limit":9,"dryRun":true})");
  EXPECT_EQ(run.out, "3 dead letters would be replayed; nothing was\n  l1\n");
  const auto as_json = runCommand(on(host, {"dlq", "purge", "--all", "--dry-run", "--json"}));
  EXPECT_EQ(host.asked().at(1).line, "POST /api/v1/admin/dead-letters/purge HTTP/1.1");
  EXPECT_EQ(host.asked().at(1).body, R"({"filter":{"all":true},"dryRun":true})");
  EXPECT_THAT(as_json.out, HasSubstr(R"("matched":3)"));
}

TEST(Dlq, NothingIsAskedWhenItIsNotClearWhichAreMeant) {
  const ScriptedHost host({{200, "{}"}});
  for (const auto* word : {"replay", "purge"}) {
    EXPECT_THAT(runCommand(on(host, {"dlq", word})).err, HasSubstr("--all"));
    EXPECT_EQ(runCommand(on(host, {"dlq", word})).status, 2);
    EXPECT_EQ(runCommand(on(host, {"dlq", word, "--id", "l1", "--all"})).status, 2);
    EXPECT_EQ(runCommand(on(host, {"dlq", word, "--id", "l1", "--channel", "sms"})).status, 2);
    EXPECT_EQ(runCommand(on(host, {"dlq", word, "--id", "l1", "--dry-run"})).status, 2);
    EXPECT_EQ(runCommand(on(host, {"dlq", word, "--all", "--limit", "0"})).status, 2);
  }
  EXPECT_EQ(runCommand(on(host, {"dlq", "edit", "l1"})).status, 2);
  EXPECT_EQ(runCommand(on(host, {"dlq", "edit", "l1", "--data", "{"})).status, 2);
  EXPECT_EQ(runCommand(on(host, {"dlq", "edit", "l1", "--template-version", "0"})).status, 2);
  EXPECT_THAT(host.asked(), IsEmpty());
}

TEST(Dlq, ACorrectionSaysWhatChangesAndNothingElse) {
  const ScriptedHost host({{202, R"({"dryRun":false,"notificationId":"n2","deliveryId":"d2","deadLetter":{}})"}});
  const auto run = runCommand(on(host, {"dlq", "edit", "l1", "--email", "ada@example.test"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(host.asked().at(0).line, "POST /api/v1/admin/dead-letters/l1/edit HTTP/1.1");
  EXPECT_EQ(host.asked().at(0).body, R"({"recipient":{"email":"ada@example.test"}})");
  EXPECT_EQ(run.out, "sent anew as notification n2\n");
  runCommand(on(host, {"dlq",
                       "edit",
                       "l1",
                       "--phone",
                       "+34600000001",
                       "--user",
                       "u",
                       "--device-token",
                       "t",
                       "--data",
                       R"({"a":1})",
                       "--content",
                       R"({"text":"x"})",
                       "--template-version",
                       "4",
                       "--template-language",
                       "es",
                       "--expires-at",
                       "2026-12-02T00:00:00Z",
                       "--dry-run"}));
  EXPECT_EQ(host.asked().at(1).body,
            R"({"recipient":{"userId":"u","phone":"+34600000001","deviceToken":{"token":"t"}},"data":{"a":1},)"
            R"("content":{"text":"x"},"template":{"version":4,"language":"es"},"expiresAt":"2026-12-02T00:00:00Z",)"
            R"("dryRun":true})");
}

TEST(Dlq, WhatIsNotDeadAnyMoreIsAFailureThatSaysWhy) {
  const ScriptedHost host({{409, R"({"status":409,"code":"state_conflict","title":"Not possible in this state",)"
                                 R"("detail":"dead letter l1 was replayed by key:ops"})"}});
  const auto run = runCommand(on(host, {"dlq", "replay", "--id", "l1"}));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("was replayed by key:ops"));
}

}  // namespace
}  // namespace belfry::cli
