// Lists: every filter, and pages by cursor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "kit/time.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr const char* kList = "/api/v1/services/notifications";

ApiReply list(const std::string& query) { return stage().host.get(std::string(kList) + "?" + query, "acme"); }

std::vector<std::string> idsOf(const ApiReply& page) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < page.size("/items"); ++i) ids.push_back(page.text("/items/" + std::to_string(i) + "/id"));
  return ids;
}

/// Four sent and one scheduled notification of user `listed`.
class List : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    before_ = SystemClock().now();
    for (int i = 0; i < 4; ++i) ids_.push_back(create(""));
    for (const auto& id : ids_) ASSERT_EQ(stage().host.waitForStatus(id, "sent", "acme").text("/status"), "sent");
    ids_.push_back(create(R"(,"delay":"PT1H")"));
    std::reverse(ids_.begin(), ids_.end());  // newest first, as lists are
  }
  static void TearDownTestSuite() { ids_.clear(); }

  static std::string create(const std::string& more) {
    const auto sent = stage().send(
        R"({"channel":"email","recipient":{"userId":"listed","email":"listed@example.test"},"content":{"text":"x"})" +
        more + "}");
    EXPECT_EQ(sent.status, 202) << sent.body;
    return sent.text("/id");
  }

  static std::vector<std::string> ids_;
  static TimePoint before_;
};
std::vector<std::string> List::ids_;
TimePoint List::before_;

TEST_F(List, OfAUserIsNewestFirstAndWithoutTimelines) {
  const auto page = list("userId=listed");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_THAT(idsOf(page), ElementsAreArray(ids_));
  EXPECT_EQ(page.text("/nextCursor"), "null");
  EXPECT_EQ(page.text("/items/0/recipient/email"), "l***@example.test");
  EXPECT_EQ(page.at("/items/0/deliveries/0/timeline"), nullptr);
  EXPECT_EQ(page.text("/items/1/deliveries/0/status"), "sent");
}

TEST_F(List, PagesJoinWithoutGapOrDouble) {
  std::vector<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    const auto page = list("userId=listed&limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.body;
    for (const auto& id : idsOf(page)) seen.push_back(id);
    cursor = page.text("/nextCursor");
  } while (++pages < 10 && cursor != "null");
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(seen, ElementsAreArray(ids_));
}

TEST_F(List, IsFilteredByStatus) {
  EXPECT_THAT(idsOf(list("userId=listed&status=scheduled")), ElementsAreArray({ids_[0]}));
  EXPECT_EQ(idsOf(list("userId=listed&status=sent")).size(), 4u);
  EXPECT_EQ(idsOf(list("userId=listed&status=failed")).size(), 0u);
}

TEST_F(List, IsFilteredByStatusAcrossPages) {
  const auto first = list("userId=listed&status=sent&limit=3");
  ASSERT_EQ(idsOf(first).size(), 3u) << first.body;
  const auto second = list("userId=listed&status=sent&limit=3&cursor=" + first.text("/nextCursor"));
  EXPECT_THAT(idsOf(second), ElementsAreArray({ids_[4]}));
  EXPECT_EQ(second.text("/nextCursor"), "null");
}

TEST_F(List, IsFilteredByChannelAndItsAliases) {
  EXPECT_EQ(idsOf(list("userId=listed&channel=email")).size(), 5u);
  EXPECT_EQ(idsOf(list("userId=listed&channel=fcm")).size(), 0u);
}

TEST_F(List, IsFilteredByTime) {
  const auto after = formatRfc3339(SystemClock().now() + 1s);
  EXPECT_EQ(idsOf(list("userId=listed&from=" + formatRfc3339(before_ - 1s))).size(), 5u);
  EXPECT_EQ(idsOf(list("userId=listed&from=" + after)).size(), 0u);
  EXPECT_EQ(idsOf(list("userId=listed&to=" + formatRfc3339(before_ - 1s))).size(), 0u);
  EXPECT_EQ(idsOf(list("userId=listed&from=" + formatRfc3339(before_ - 1s) + "&to=" + after)).size(), 5u);
  // `from` is included, `to` is not.
  const auto created = stage().host.notification(ids_[2], "acme").text("/createdAt");
  EXPECT_THAT(idsOf(list("userId=listed&from=" + created)), testing::Contains(ids_[2]));
  EXPECT_THAT(idsOf(list("userId=listed&to=" + created)), testing::Not(testing::Contains(ids_[2])));
}

TEST_F(List, IsFilteredByUserAndBatch) {
  EXPECT_EQ(idsOf(list("userId=nobody")).size(), 0u);
  EXPECT_EQ(idsOf(list("userId=listed&batchId=01935b5e-7c00-7000-8000-000000000001")).size(), 0u);
}

TEST_F(List, RefusesWhatItDoesNotKnow) {
  const std::pair<const char*, const char*> kQueries[] = {
      {"stauts=sent", "?stauts"},  {"status=gone", "?status"},     {"channel=smoke", "?channel"},
      {"from=yesterday", "?from"}, {"to=2026-13-01", "?to"},       {"userId=", "?userId"},
      {"batchId=7", "?batchId"},   {"limit=0", "?limit"},          {"limit=201", "?limit"},
      {"limit=ten", "?limit"},     {"cursor=nonsense", "?cursor"}, {"limit=1&limit=2", "?limit"}};
  for (const auto& [query, pointer] : kQueries) {
    const auto refused = list(query);
    EXPECT_EQ(refused.status, 422) << query << ": " << refused.body;
    EXPECT_EQ(refused.text("/code"), "validation_failed") << query;
    EXPECT_EQ(refused.text("/errors/0/pointer"), pointer) << query;
    EXPECT_NE(refused.text("/errors/0/allowed"), "") << query;
  }
  EXPECT_THAT(list("stauts=sent").text("/errors/0/message"), HasSubstr("status"));
}

TEST_F(List, TakesNoCursorOfAnotherList) {
  const auto keys = stage().host.get("/api/v1/admin/plugins?limit=1", "acme");
  ASSERT_NE(keys.text("/nextCursor"), "null") << keys.body;
  const auto refused = list("cursor=" + keys.text("/nextCursor"));
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(refused.text("/errors/0/pointer"), "?cursor");
}

}  // namespace
}  // namespace belfry::test
