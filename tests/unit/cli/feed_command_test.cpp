// `belfry feed` against a scripted host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_run.h"
#include "scripted_host.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

CommandRun run(const ScriptedHost& host, std::vector<std::string> words) {
  words.insert(words.end(), {"--server", host.url(), "--key", "bk_test_1.s"});
  return runCommand(words);
}

ScriptedAnswer page(int first, int last) {
  std::string items;
  for (int pos = first; pos <= last; ++pos) {
    items += std::string(items.empty() ? "" : ",") + R"({"pos":)" + std::to_string(pos) +
             R"(,"at":"2026-12-01T09:00:00.000000Z","type":"sent","deliveryId":"d1","notificationId":"n1","seq":4,)"
             R"("attempt":1,"provider":"acme-smtp"})";
  }
  return {200, R"({"items":[)" + items + R"(],"nextAfter":)" + std::to_string(last) + "}"};
}

TEST(FeedTail, ShowsOnePageAndWhereToGoOn) {
  const ScriptedHost host({page(6, 7)});
  const auto shown = run(host, {"feed", "tail", "--after", "5", "--limit", "2", "--wait", "3"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("acme-smtp"));
  EXPECT_EQ(shown.err, "more: --after 7\n");
  ASSERT_THAT(host.asked(), SizeIs(1));
  EXPECT_EQ(host.asked()[0].line, "GET /api/v1/admin/feed?waitSeconds=3&after=5&limit=2 HTTP/1.1");
}

TEST(FeedTail, FollowsFromAnswerToAnswerUntilItHasEnough) {
  const ScriptedHost host({page(1, 2), page(3, 2), page(3, 3)});
  const auto shown = run(host, {"feed", "tail", "--follow", "--count", "3"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  ASSERT_THAT(host.asked(), SizeIs(3));
  EXPECT_EQ(host.asked()[0].line, "GET /api/v1/admin/feed?waitSeconds=30 HTTP/1.1");
  EXPECT_EQ(host.asked()[1].line, "GET /api/v1/admin/feed?waitSeconds=30&after=2 HTTP/1.1");
  EXPECT_EQ(host.asked()[2].line, "GET /api/v1/admin/feed?waitSeconds=30&after=2 HTTP/1.1");
  EXPECT_THAT(shown.err, HasSubstr("--after 3"));
}

TEST(FeedTail, PrintsAnswersAsTheyAreWithJson) {
  const ScriptedHost host({page(1, 1)});
  const auto shown = run(host, {"feed", "tail", "--json"});
  EXPECT_EQ(shown.out, page(1, 1).body + "\n");
  EXPECT_THAT(shown.err, IsEmpty());
}

TEST(FeedTail, RefusesWhatIsNoPosition) {
  const ScriptedHost host({page(1, 1)});
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--after", "-1"}, {"--after", "x"}, {"--limit", "0"}, {"--wait", "31"}, {"--count", "0"}}) {
    auto all = std::vector<std::string>{"feed", "tail"};
    all.insert(all.end(), words.begin(), words.end());
    const auto shown = run(host, all);
    EXPECT_EQ(shown.status, 2) << words[0] << words[1];
    EXPECT_THAT(shown.err, HasSubstr(words[0].substr(2)));
  }
  EXPECT_THAT(host.asked(), IsEmpty());
}

TEST(FeedTail, ShowsThatAPositionIsGone) {
  const ScriptedHost host({{410, R"({"code":"gone","status":410,"title":"No longer kept","detail":)"
                                 R"("events up to position 9 are no longer kept; go on with after=9"})"}});
  const auto shown = run(host, {"feed", "tail", "--after", "1"});
  EXPECT_EQ(shown.status, 1);
  EXPECT_THAT(shown.err, HasSubstr("after=9"));
}

TEST(FeedTail, ComplainsOfAnAnswerWithoutAPosition) {
  const ScriptedHost host({{200, "{}"}});
  const auto shown = run(host, {"feed", "tail"});
  EXPECT_EQ(shown.status, 1);
  EXPECT_THAT(shown.err, HasSubstr("nextAfter"));
}

TEST(FeedSinks, ShowsPositionAndLag) {
  const ScriptedHost host({{200, R"({"items":[{"sink":"statistics","position":7,"rewindingTo":null,"head":9,)"
                                 R"("lag":{"events":2,"seconds":1},"updatedAt":"2026-12-01T09:00:00.000000Z"}]})"}});
  const auto shown = run(host, {"feed", "sinks"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("statistics"));
  EXPECT_EQ(host.asked().at(0).line, "GET /api/v1/admin/feed/sinks HTTP/1.1");
}

TEST(FeedReplay, NeedsAPositionAndSendsIt) {
  const ScriptedHost host({{200, R"({"sink":"statistics","position":7,"rewindingTo":3})"}});
  EXPECT_EQ(run(host, {"feed", "replay", "statistics"}).status, 2);
  EXPECT_THAT(host.asked(), IsEmpty());
  const auto shown = run(host, {"feed", "replay", "statistics", "--after", "3"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  ASSERT_THAT(host.asked(), SizeIs(1));
  EXPECT_EQ(host.asked()[0].line, "POST /api/v1/admin/feed/sinks/statistics/replay HTTP/1.1");
  EXPECT_EQ(host.asked()[0].body, R"({"after":3})");
}

}  // namespace
}  // namespace belfry::cli
