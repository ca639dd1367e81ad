#include "api/rest/json_place.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

TEST(JsonPlace, NamesTheMemberThatWasBegun) {
  const std::string_view text = R"({"a": 1, "b": {"c": [true, {"d": x}]}})";
  const auto place = placeAt(text, text.find('x'));
  EXPECT_EQ(place.pointer, "/b/c/1/d");
  EXPECT_EQ(place.depth, 4u);
}

TEST(JsonPlace, CountsLinesAndColumns) {
  const std::string_view text = "{\n  \"a\": 1\n  \"b\": 2\n}";
  const auto place = placeAt(text, text.find("\"b\""));
  EXPECT_EQ(place.line, 3);
  EXPECT_EQ(place.column, 3);
}

TEST(JsonPlace, LeavesWhatWasClosed) {
  const std::string_view text = R"({"a": {"b": 1}, "c": [1, 2]})";
  EXPECT_EQ(placeAt(text, text.size() - 1).pointer, "/c");
  EXPECT_EQ(placeAt(text, text.size()).pointer, "");
}

TEST(JsonPlace, EscapesNames) {
  const std::string_view text = R"({"a/b~c": 1})";
  EXPECT_EQ(placeAt(text, text.find('1')).pointer, "/a~1b~0c");
}

TEST(JsonPlace, StringsMayHoldBracketsAndQuotes) {
  const std::string_view text = R"({"a": "{[\"", "b": 2})";
  EXPECT_EQ(placeAt(text, text.find('2')).pointer, "/b");
  EXPECT_EQ(placeAt(text, text.find('2')).depth, 1u);
}

TEST(JsonPlace, AnyTextAndOffsetHasAPlace) {
  for (const std::string_view text : {"", "}", "]]", ",", "\"", "\"\\", "{\"a", "[,,", "nonsense", "{\"a\":\"\\\""}) {
    for (std::size_t offset = 0; offset <= text.size() + 2; ++offset) EXPECT_GE(placeAt(text, offset).line, 1) << text;
  }
}

}  // namespace
}  // namespace belfry
