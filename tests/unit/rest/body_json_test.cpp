#include "api/rest/body_json.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

struct Case {
  std::string name;
  std::string body;
  ErrorCode code;
  std::string pointer;
  FieldErrorCode field_code;
  std::string value;  // what the error quotes; empty: not checked
};

std::string nested(int depth) {
  return "{\"data\":" + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}";
}

const Case kCases[] = {
    {"TrailingComma", R"({"recipient": {"email": "a",}})", ErrorCode::malformed_json, "/recipient",
     FieldErrorCode::malformed, ""},
    {"MissingComma", R"({"recipient": {"email": "a" "name": 1}})", ErrorCode::malformed_json, "/recipient/email",
     FieldErrorCode::malformed, ""},
    {"HalfAText", R"({"subject": "a)", ErrorCode::malformed_json, "/subject", FieldErrorCode::malformed, "\"a"},
    {"NotAWord", R"({"dryRun": tru})", ErrorCode::malformed_json, "/dryRun", FieldErrorCode::malformed, ""},
    {"TwoTexts", R"({} {})", ErrorCode::malformed_json, "", FieldErrorCode::malformed, ""},
    {"DuplicateName", R"({"channel": "email", "channel": "sms"})", ErrorCode::malformed_json, "/channel",
     FieldErrorCode::malformed, ""},
    {"TooDeep", nested(200), ErrorCode::malformed_json, "", FieldErrorCode::too_deep, ""},
    {"BadUtf8", "{\"subject\": \"\xff\"}", ErrorCode::malformed_json, "/subject", FieldErrorCode::invalid_utf8, ""},
    {"Overlong", "{\"subject\": \"\xc0\xaf\"}", ErrorCode::malformed_json, "/subject", FieldErrorCode::invalid_utf8,
     ""},
    {"EncodedSurrogate", "{\"subject\": \"\xed\xa0\x80\"}", ErrorCode::malformed_json, "/subject",
     FieldErrorCode::invalid_utf8, ""},
    {"NulByte", std::string("{\"subject\": \"a\0b\"}", 18), ErrorCode::malformed_json, "/subject",
     FieldErrorCode::nul_character, ""},
    {"NulEscape", R"({"subject": "a\u0000b"})", ErrorCode::malformed_json, "/subject", FieldErrorCode::nul_character,
     R"("a\u0000b")"},
    {"LoneSurrogate", R"({"subject": "\ud800"})", ErrorCode::malformed_json, "/subject", FieldErrorCode::malformed, ""},
    {"HugeNumber", R"({"version": 1e999})", ErrorCode::malformed_json, "/version", FieldErrorCode::malformed, "1e999"},
    {"List", R"([1])", ErrorCode::validation_failed, "", FieldErrorCode::wrong_type, "[1]"},
    {"Word", "null", ErrorCode::validation_failed, "", FieldErrorCode::wrong_type, "null"},
};

void PrintTo(const Case& tested, std::ostream* out) { *out << tested.body.substr(0, 100); }

class BadBody : public testing::TestWithParam<Case> {};

TEST_P(BadBody, NamesPlaceAndWhatIsAllowed) {
  const auto parsed = parseBody(GetParam().body);
  ASSERT_FALSE(parsed.ok());
  const auto& problem = parsed.error();
  EXPECT_EQ(problem.code, GetParam().code);
  ASSERT_EQ(problem.errors.size(), 1u) << problem.detail;
  const auto& error = problem.errors[0];
  if (GetParam().field_code != FieldErrorCode::too_deep) {
    EXPECT_EQ(error.pointer, GetParam().pointer);
  }
  EXPECT_EQ(toText(error.code), toText(GetParam().field_code)) << error.message;
  EXPECT_FALSE(error.message.empty());
  EXPECT_FALSE(error.allowed.empty());
  if (!GetParam().value.empty()) {
    EXPECT_EQ(error.value, GetParam().value);
  }
}

INSTANTIATE_TEST_SUITE_P(Rest, BadBody, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(Body, AnEmptyOneSaysWhatIsWanted) {
  const auto parsed = parseBody("");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code, ErrorCode::malformed_json);
  EXPECT_NE(parsed.error().detail.find("object"), std::string::npos);
}

TEST(Body, AnObjectIsRead) { EXPECT_TRUE(parseBody(R"( {"a": 1} )").ok()); }

}  // namespace
}  // namespace belfry
