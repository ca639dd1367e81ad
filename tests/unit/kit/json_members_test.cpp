#include "kit/json_members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/json.h"

namespace belfry {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> namesAndValues(std::string_view text) {
  std::vector<std::string> found;
  const auto members = jsonMembers(text);
  if (!members) return {"no object"};
  for (const auto& member : *members) found.push_back(member.name + "=" + std::string(member.value));
  return found;
}

TEST(JsonMembers, FindsTheMembersOfTheOutermostObjectAlone) {
  EXPECT_THAT(namesAndValues(R"({"a":1,"b":{"c":[1,{"d":2}]},"e":"x","f":null})"),
              ElementsAre("a=1", R"(b={"c":[1,{"d":2}]})", R"(e="x")", "f=null"));
  EXPECT_THAT(namesAndValues("{}"), ElementsAre());
}

TEST(JsonMembers, LeavesWhiteSpaceOut) {
  EXPECT_THAT(namesAndValues(" {\n \"a\" : [ 1 , 2 ] ,\t\"b\": true\r\n} "), ElementsAre("a=[ 1 , 2 ]", "b=true"));
}

TEST(JsonMembers, BracketsCommasAndQuotesInsideOfStringsAreText) {
  EXPECT_THAT(namesAndValues(R"({"a":"}],\"{[","b\"c":"\\"})"), ElementsAre(R"(a="}],\"{[")", R"(b"c="\\")"));
}

TEST(JsonMembers, NamesMeanWhatTheirEscapesSay) {
  EXPECT_THAT(namesAndValues(R"({"\u0061\n":1})"), ElementsAre("a\n=1"));
}

TEST(JsonMembers, RefusesWhatIsNoObjectOrDoesNotClose) {
  for (const auto* text : {"", "null", "[1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{\"a\":}",
                           "{\"a\" 1}", "{\"a\":\"x}", "{\"a\":\"x\\", "{a:1}", "{} {}", "{\"a\":1}}", "{\"\\u00\":1}"})
    EXPECT_THAT(namesAndValues(text), ElementsAre("no object")) << text;
}

TEST(JsonMembers, AgreesWithTheReaderOfDocuments) {
  const std::string text =
      R"({"recipient":{"email":"a@b.test","tags":["x","{"]},"data":{"n":1.50,"s":"\u00e9\\\""},"z":[[],{}]})";
  const auto document = parseJson(text);
  ASSERT_TRUE(document.ok());
  const auto members = jsonMembers(text);
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), document->MemberCount());
  for (const auto& member : *members) {
    const auto value = parseJson(member.value);
    ASSERT_TRUE(value.ok()) << member.value;
    EXPECT_EQ(toJsonText(*value), toJsonText((*document)[member.name.c_str()]));
  }
}

}  // namespace
}  // namespace belfry
