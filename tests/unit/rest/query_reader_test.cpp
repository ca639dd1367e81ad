#include "api/rest/query_reader.h"

#include <gtest/gtest.h>

#include "model/vocabulary.h"

namespace belfry {
namespace {

HttpRequest asked(std::vector<QueryParam> query) {
  HttpRequest request;
  request.query = std::move(query);
  return request;
}

TEST(QueryReader, ReadsWhatIsThere) {
  FieldErrors errors;
  const auto request =
      asked({{"limit", "7"}, {"status", "sent"}, {"from", "2026-12-01T09:00:00Z"}, {"cursor", makeCursor("x", "abc")}});
  QueryReader query(request, errors);
  EXPECT_EQ(query.limit(), 7);
  EXPECT_EQ(query.word<DeliveryState>("status", parseDeliveryState, allowedDeliveryState()), DeliveryState::sent);
  EXPECT_EQ(query.time("from"), parseRfc3339("2026-12-01T09:00:00Z"));
  EXPECT_EQ(query.cursor("x"), "abc");
  query.finish();
  EXPECT_TRUE(errors.empty());
}

TEST(QueryReader, RefusesEveryParameterThatIsWrong) {
  FieldErrors errors;
  const auto request = asked({{"limit", "0"},
                              {"status", "gone"},
                              {"from", "today"},
                              {"batchId", "1"},
                              {"userId", ""},
                              {"cursor", makeCursor("y", "abc")},
                              {"statu", "sent"},
                              {"limit", "5"}});
  QueryReader query(request, errors);
  query.limit();
  query.word<DeliveryState>("status", parseDeliveryState, allowedDeliveryState());
  query.time("from");
  query.uuid("batchId");
  query.text("userId");
  query.cursor("x");
  query.finish();
  std::vector<std::string> found;
  for (const auto& error : errors) {
    found.push_back(error.pointer + " " + std::string(toText(error.code)));
    EXPECT_FALSE(error.allowed.empty()) << error.pointer;
  }
  EXPECT_EQ(found, (std::vector<std::string>{"?limit out_of_range", "?status not_allowed", "?from malformed",
                                             "?batchId malformed", "?userId too_short", "?cursor malformed",
                                             "?statu unknown_field", "?limit duplicate"}));
}

TEST(QueryReader, IntegersAreWholeNumbersInTheirRange) {
  for (const auto& [text, code] :
       std::vector<std::pair<std::string, std::string>>{{"-1", "out_of_range"},
                                                        {"31", "out_of_range"},
                                                        {"99999999999999999999", "out_of_range"},
                                                        {"", "malformed"},
                                                        {"x", "malformed"},
                                                        {"1.5", "malformed"},
                                                        {"+1", "malformed"},
                                                        {"0x1", "malformed"},
                                                        {" 1", "malformed"}}) {
    FieldErrors errors;
    const auto request = asked({{"wait", text}});
    QueryReader query(request, errors);
    EXPECT_EQ(query.integer("wait", 0, 30), std::nullopt) << text;
    ASSERT_EQ(errors.size(), 1u) << text;
    EXPECT_EQ(toText(errors[0].code), code) << text;
    EXPECT_EQ(errors[0].value, text);
    EXPECT_NE(errors[0].allowed.find("0 to 30"), std::string::npos);
  }
  FieldErrors errors;
  const auto request = asked({{"wait", "30"}});
  QueryReader query(request, errors);
  EXPECT_EQ(query.integer("wait", 0, 30), 30);
  EXPECT_EQ(query.integer("other", 0, 30), std::nullopt);
  EXPECT_TRUE(errors.empty());
}

TEST(QueryReader, DurationsAreIso8601) {
  FieldErrors errors;
  const auto request = asked({{"step", "PT5M"}, {"bad", "5m"}});
  QueryReader query(request, errors);
  EXPECT_EQ(query.duration("step"), std::chrono::minutes(5));
  EXPECT_EQ(query.duration("bad"), std::nullopt);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].pointer, "?bad");
}

TEST(QueryReader, LimitsAreWholeNumbersUpTo200) {
  for (const auto* bad : {"", "-1", "201", "5x", "1.5", "99999999999999999999", " 5"}) {
    FieldErrors errors;
    const auto request = asked({{"limit", bad}});
    QueryReader(request, errors).limit();
    EXPECT_EQ(errors.size(), 1u) << bad;
  }
}

TEST(QueryReader, AnIdCursorHoldsAnId) {
  FieldErrors errors;
  const auto request = asked({{"cursor", makeCursor("n", "not an id")}});
  EXPECT_FALSE(QueryReader(request, errors).idCursor("n"));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].pointer, "?cursor");
}

}  // namespace
}  // namespace belfry
