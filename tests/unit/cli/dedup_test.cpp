// `belfry dedup`: what is asked, what is shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_run.h"
#include "scripted_host.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;

const ScriptedAnswer kKeys{
    200, R"({"items":[{"id":"ab12","channel":"email","source":"given","notificationId":"0193","template":null,)"
         R"("doubles":3,"createdAt":"2026-12-01T09:00:00.000000Z","expiresAt":"2026-12-02T09:00:00.000000Z"}]})"};

CommandRun run(const ScriptedHost& host, std::vector<std::string> words) {
  words.insert(words.end(), {"--server", host.url(), "--key", "bk_test_1.s"});
  return runCommand(words);
}

TEST(Dedup, ShowsAKey) {
  const ScriptedHost host({kKeys});
  const auto shown = run(host, {"dedup", "show", "--key-text", "booking 7", "--channel", "email"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("ab12"));
  EXPECT_THAT(shown.out, HasSubstr("2026-12-02 09:00:00.000"));
  EXPECT_EQ(host.asked().at(0).line, "GET /api/v1/admin/dedup/keys?key=booking%207&channel=email HTTP/1.1");
}

TEST(Dedup, ExtendsAndReleasesAKey) {
  const ScriptedHost host({kKeys, {200, R"({"released":2})"}});
  EXPECT_EQ(run(host, {"dedup", "extend", "--id", "ab12", "--by", "PT12H"}).status, 0);
  EXPECT_EQ(run(host, {"dedup", "release", "--key-text", "k"}).out, "2 released\n");
  EXPECT_EQ(host.asked().at(0).line, "POST /api/v1/admin/dedup/keys/extend HTTP/1.1");
  EXPECT_EQ(host.asked()[0].body, R"({"id":"ab12","by":"PT12H"})");
  EXPECT_EQ(host.asked().at(1).line, "DELETE /api/v1/admin/dedup/keys?key=k HTTP/1.1");
}

TEST(Dedup, ShowsStatistics) {
  const ScriptedHost host(
      {{200,
        R"({"from":"2026-11-01","to":"2026-12-01","sends":8,"doubles":2,"rate":0.25,"liveKeys":5,"expiringSoon":1,)"
        R"("channels":[{"channel":"email","sends":8,"doubles":2,"rate":0.25}],"templates":[],"days":[]})"}});
  const auto shown = run(host, {"dedup", "stats"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("0.25"));
  EXPECT_THAT(shown.out, HasSubstr("CHANNEL"));
  EXPECT_EQ(host.asked().at(0).line, "GET /api/v1/admin/dedup/statistics HTTP/1.1");
}

TEST(Dedup, WantsOneName) {
  const ScriptedHost host({kKeys});
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"dedup", "show"},
                                             {"dedup", "show", "--id", "a", "--expiring-within", "PT1H"},
                                             {"dedup", "release"},
                                             {"dedup", "extend", "--key-text", "a", "--id", "b", "--by", "PT1H"},
                                             {"dedup", "extend", "--key-text", "a"}}) {
    EXPECT_NE(run(host, words).status, 0) << words.back();
  }
  EXPECT_TRUE(host.asked().empty());
}

}  // namespace
}  // namespace belfry::cli
