// JSON Schema: violations that name place, value and what is allowed.
#include "adapters/jsonschema/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "adapters/jsonschema/nearest_word.h"

namespace belfry {
namespace {

using testing::HasSubstr;

JsonSchema compiled(std::string_view text) {
  auto result = JsonSchema::compile(text);
  if (!result) throw std::runtime_error(result.error());
  return std::move(*result);
}

SchemaViolation only(std::string_view schema, std::string_view document) {
  const auto violations = compiled(schema).check(document);
  EXPECT_EQ(violations.size(), 1u) << document;
  return violations.empty() ? SchemaViolation{} : violations.front();
}

TEST(JsonSchema, AcceptsWhatIsValid) {
  const auto schema = compiled(R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})");
  EXPECT_TRUE(schema.check(R"({"a":1,"b":2})").empty());
}

TEST(JsonSchema, RefusesASchemaThatIsNone) {
  for (const char* text :
       {"", "{", R"({"type":5})", R"({"$ref":"#/nowhere"})", R"({"pattern":"("})", R"({"patternProperties":{"[":{}}})",
        R"({"$ref":"https://elsewhere.example/schema"})", R"({"minimum":"low"})"}) {
    const auto result = JsonSchema::compile(text);
    EXPECT_FALSE(result) << text;
    if (!result) {
      EXPECT_FALSE(result.error().empty()) << text;
    }
  }
}

TEST(JsonSchema, TextThatIsNotJsonIsOneViolation) {
  const auto violation = only("{}", "{\"a\":");
  EXPECT_EQ(violation.pointer, "");
  EXPECT_EQ(violation.code, FieldErrorCode::malformed);
}

TEST(JsonSchema, AMissingMemberIsNamedAsIfItWereThere) {
  const auto violation = only(R"({"required":["from"],"properties":{"from":{"type":"string","maxLength":9}}})", "{}");
  EXPECT_EQ(violation.pointer, "/from");
  EXPECT_EQ(violation.value, "");
  EXPECT_EQ(violation.allowed, "string of at most 9 characters");
  EXPECT_EQ(violation.code, FieldErrorCode::required);
}

TEST(JsonSchema, EveryUnknownMemberIsAViolation) {
  const auto violations = compiled(R"({"properties":{"host":{},"port":{}},"additionalProperties":false})")
                              .check(R"({"hots":1,"prot":2,"zzz":3})");
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations[0].pointer, "/hots");
  EXPECT_EQ(violations[0].message, "unknown key \"hots\"; did you mean \"host\"?");
  EXPECT_EQ(violations[2].message, "unknown key \"zzz\"");
  EXPECT_EQ(violations[2].allowed, "host, port");
  EXPECT_EQ(violations[2].code, FieldErrorCode::unknown_field);
}

TEST(JsonSchema, KeywordsHaveCodesOfTheirOwn) {
  struct Case {
    const char* schema;
    const char* document;
    FieldErrorCode code;
    const char* allowed;
  };
  using enum FieldErrorCode;
  for (const Case& c :
       {Case{R"({"type":"string"})", "5", wrong_type, "string"},
        Case{R"({"type":["string","null"]})", "5", wrong_type, "string or null"},
        Case{R"({"enum":["none","starttls","tls"]})", "\"ssl\"", not_allowed, "one of none, starttls, tls"},
        Case{R"({"const":1})", "2", not_allowed, "1"},
        Case{R"({"type":"integer","minimum":1,"maximum":9})", "10", out_of_range, "integer from 1 to 9"},
        Case{R"({"type":"number","exclusiveMinimum":0})", "0", out_of_range, "number over 0"},
        Case{R"({"type":"string","maxLength":2})", "\"abc\"", too_long, "string of at most 2 characters"},
        Case{R"({"type":"string","minLength":2})", "\"a\"", too_short, "string of at least 2 characters"},
        Case{R"({"type":"string","pattern":"^a+$"})", "\"b\"", malformed, "string like ^a+$"},
        Case{R"({"type":"string","pattern":"^a+$","x-allowed":"only a's"})", "\"b\"", malformed, "only a's"},
        Case{R"({"type":"array","maxItems":1,"items":{"type":"boolean"}})", "[true,true]", too_many,
             "list of at most 1 items, each true or false"},
        Case{R"({"type":"array","minItems":1})", "[]", too_few, "list of at least 1 items"},
        Case{R"({"type":"array","uniqueItems":true})", "[1,1]", duplicate, "list"}}) {
    const auto violation = only(c.schema, c.document);
    EXPECT_EQ(violation.code, c.code) << c.schema;
    EXPECT_EQ(violation.allowed, c.allowed) << c.schema;
    EXPECT_EQ(violation.value, c.document) << c.schema;
  }
}

TEST(JsonSchema, PointersEscapeAndIndex) {
  const auto violation = only(R"({"properties":{"a/b~c":{"items":{"type":"string"}}}})", R"({"a/b~c":["x",5]})");
  EXPECT_EQ(violation.pointer, "/a~1b~0c/1");
  EXPECT_EQ(violation.allowed, "string");
}

TEST(JsonSchema, ReferencesAndAdditionalPropertiesAreFollowed) {
  const auto violation =
      only(R"({"additionalProperties":{"$ref":"#/$defs/port"},"$defs":{"port":{"type":"integer","maximum":9}}})",
           R"({"smtp":10})");
  EXPECT_EQ(violation.pointer, "/smtp");
  EXPECT_EQ(violation.allowed, "integer at most 9");
}

TEST(JsonSchema, BranchesAreOneViolation) {
  const auto violation = only(R"({"oneOf":[{"type":"string"},{"type":"integer","minimum":1}]})", "true");
  EXPECT_EQ(violation.pointer, "");
  EXPECT_EQ(violation.allowed, "string, or integer at least 1");
  EXPECT_THAT(violation.message, HasSubstr("matches none"));
}

TEST(JsonSchema, ALongValueIsCutBetweenCharacters) {
  std::string text = "\"";
  for (int i = 0; i < 300; ++i) text += "é";
  const auto violation = only(R"({"type":"integer"})", text + "\"");
  EXPECT_LE(violation.value.size(), 203u);
  EXPECT_TRUE(violation.value.ends_with("é…"));
}

TEST(JsonSchema, ManyThreadsCheckAtOnce) {
  const auto schema = compiled(R"({"properties":{"a":{"type":"string","pattern":"^x*$"}}})");
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i)
        wrong += schema.check(R"({"a":"xx"})").size() != 0 || schema.check(R"({"a":"y"})").size() != 1;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(NearestWord, FindsWhatWasMeant) {
  const std::vector<std::string> words{"port", "address", "public_url"};
  EXPECT_EQ(nearestWord("prot", words), "port");
  EXPECT_EQ(nearestWord("publicurl", words), "public_url");
  EXPECT_EQ(nearestWord("adress", words), "address");
  EXPECT_EQ(nearestWord("zebra", words), std::nullopt);
  EXPECT_EQ(nearestWord("", words), std::nullopt);
  EXPECT_EQ(nearestWord(std::string(10000, 'p'), words), std::nullopt);
}

}  // namespace
}  // namespace belfry
