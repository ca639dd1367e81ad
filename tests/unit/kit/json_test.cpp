#include "kit/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "kit/utf8.h"

namespace belfry {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

/// The text after reading and writing, or why it was refused.
std::string compact(std::string_view text, JsonLimits limits = {}) {
  const auto document = parseJson(text, limits);
  return document.ok() ? toJsonText(document.value()) : "refused: " + document.error().message;
}

bool isRefused(std::string_view text) { return !parseJson(text).ok(); }

std::size_t refusedAt(std::string_view text, JsonLimits limits = {}) {
  const auto document = parseJson(text, limits);
  return document.ok() ? std::string_view::npos : document.error().offset;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, ReadsEveryKindOfValue) {
  EXPECT_EQ(compact(R"( {"a" : [1, -2, 2.5, true, false, null, "x", {}, []]} )"),
            R"({"a":[1,-2,2.5,true,false,null,"x",{},[]]})");
  for (const auto text : {"null"sv, "true"sv, "0"sv, "\"\""sv, "[]"sv, "{}"sv}) EXPECT_EQ(compact(text), text);
}

TEST(ParseJson, OwnsItsStrings) {
  auto text = std::make_unique<std::string>(R"({"a key that is not short":"a value that is not short either"})");
  const auto document = parseJson(*text);
  text->assign(text->size(), '#');
  text.reset();
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(asView(document.value()["a key that is not short"]), "a value that is not short either");
}

TEST(ParseJson, ReadsEscapes) {
  const auto document = parseJson(R"(["\"\\\/\b\f\n\r\t", "\u00e9\u20AC\ud83d\udd14"])");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(asView(document.value()[0]), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(asView(document.value()[1]), "é€🔔");
}

TEST(ParseJson, KeepsNumbersExactly) {
  EXPECT_EQ(compact("[9223372036854775807,-9223372036854775808,18446744073709551615]"),
            "[9223372036854775807,-9223372036854775808,18446744073709551615]");
  EXPECT_EQ(compact("[0.1,1e-7,1.7976931348623157e308,5e-324]"), "[0.1,1e-7,1.7976931348623157e308,5e-324]");
  const auto document = parseJson("0.30000000000000004");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document.value().GetDouble(), 0.1 + 0.2);
}

double numberIn(std::string_view text) {
  const auto document = parseJson(text);
  return document.ok() && document.value().IsNumber() ? document.value().GetDouble() : -1;
}

TEST(ParseJson, ReadsTheNumbersThatRapidjsonMisreads) {
  EXPECT_EQ(numberIn("184467440737095516159223372036854775809"), 184467440737095516159223372036854775809.0);
  EXPECT_EQ(numberIn("18446744073709551616"), 18446744073709551616.0);
  EXPECT_EQ(numberIn("0e5"), 0.0);
}

TEST(ParseJson, RefusesNumbersBeyondTheRangeOfADouble) {
  for (const auto* text : {"11e308", "1.8e308", "-1e309", "1e-400", "-1e-400", "1e99999999999", "1e-99999999999"}) {
    EXPECT_TRUE(isRefused(text)) << text;
  }
  EXPECT_TRUE(isRefused(std::string(400, '9')));
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const auto text : {""sv,
                          " "sv,
                          "nul"sv,
                          "NULL"sv,
                          "True"sv,
                          "[1,]"sv,
                          "[,1]"sv,
                          "[1 2]"sv,
                          "[1"sv,
                          "]"sv,
                          "{"sv,
                          "{\"a\"}"sv,
                          "{\"a\":}"sv,
                          "{\"a\":1,}"sv,
                          "{a:1}"sv,
                          "{'a':1}"sv,
                          "{1:1}"sv,
                          "'a'"sv,
                          "\"a"sv,
                          "01"sv,
                          "+1"sv,
                          "-"sv,
                          ".5"sv,
                          "1."sv,
                          "1e"sv,
                          "1e+"sv,
                          "0x1"sv,
                          "NaN"sv,
                          "Infinity"sv,
                          "-Infinity"sv,
                          "1e400"sv,
                          "-1e400"sv,
                          "// x\n1"sv,
                          "/* x */ 1"sv,
                          "\"\\x41\""sv,
                          "\"\\u12\""sv,
                          "\"\\u00g0\""sv,
                          "\"a\nb\""sv,
                          "\"a\tb\""sv,
                          "\"\x1f\""sv,
                          "\xEF\xBB\xBF{}"sv,
                          "\xC2\xA0{}"sv,
                          "[1]\f"sv}) {
    EXPECT_TRUE(isRefused(text)) << text;
  }
}

TEST(ParseJson, RefusesTrailingText) {
  EXPECT_EQ(refusedAt("{} x"), 3U);
  EXPECT_EQ(refusedAt("1 2"), 2U);
  EXPECT_TRUE(isRefused("{}{}"));
  EXPECT_FALSE(isRefused("{} \r\n\t"));
}

TEST(ParseJson, SaysWhereReadingStopped) {
  EXPECT_EQ(refusedAt(R"({"a":1,"b":tru})"), 14U);
  EXPECT_EQ(refusedAt("[1,2,"), 5U);
}

TEST(ParseJson, RefusesInvalidUtf8) {
  for (const auto& bad : {"\xFF"s, "\x80"s, "\xC0\x80"s, "\xC3"s, "\xE2\x82"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s,
                          "\xF8\x88\x80\x80\x80"s}) {
    EXPECT_TRUE(isRefused("\"" + bad + "\"")) << bad;
    EXPECT_TRUE(isRefused("{\"" + bad + "\":1}")) << bad;
    EXPECT_TRUE(isRefused("[\"a long ascii start of the string " + bad + " and its end\"]")) << bad;
    EXPECT_TRUE(isRefused("[1]" + bad)) << bad;
  }
  EXPECT_FALSE(isRefused("\"\xF4\x8F\xBF\xBF\""));
}

TEST(ParseJson, RefusesUnpairedSurrogateEscapes) {
  for (const auto text : {R"("\ud800")", R"("\udc00")", R"("\udfff")", R"("\ud83dx")", R"("\ud83d\u0041")",
                          R"("\ud83d\ud83d")", R"("\udd14\ud83d")", R"({"\udc00":1})", R"("\ud83d\udd14\udd14")"}) {
    EXPECT_TRUE(isRefused(text)) << text;
  }
}

TEST(ParseJson, RefusesNulRawAndEscaped) {
  EXPECT_EQ(refusedAt("{}\0"sv), 2U);
  EXPECT_EQ(refusedAt("\"a\0b\""sv), 2U);
  EXPECT_EQ(refusedAt("{}\0{}"sv), 2U);
  EXPECT_EQ(refusedAt("\0"sv), 0U);
  EXPECT_EQ(compact(R"(["a\u0000b"])"), "refused: a string contains NUL (\\u0000)");
  EXPECT_EQ(compact(R"({"a\u0000b":1})"), "refused: a string contains NUL (\\u0000)");
  EXPECT_EQ(compact(R"(["\\u0000"])"), R"(["\\u0000"])");
}

TEST(ParseJson, RefusesANameTwice) {
  EXPECT_EQ(compact(R"({"a":1,"b":2,"a":3})"), "refused: duplicate member name \"a\"");
  EXPECT_EQ(compact(R"({"a":1,"\u0061":2})"), "refused: duplicate member name \"a\"");
  EXPECT_EQ(compact(R"({"":1,"":2})"), "refused: duplicate member name \"\"");
  EXPECT_EQ(compact(R"([{"x":{"k":1,"k":1}}])"), "refused: duplicate member name \"k\"");
  EXPECT_EQ(compact(R"({"a":{"b":1},"b":{"a":1},"a":2})"), "refused: duplicate member name \"a\"");
  EXPECT_EQ(refusedAt(R"({"a":1,"b":2,"a":3})"), R"({"a":1,"b":2,"a")"sv.size());
}

TEST(ParseJson, AllowsANameAgainInAnotherObject) {
  for (const auto text : {R"({"a":{"a":{"a":1}}})"sv, R"([{"a":1},{"a":1}])"sv,
                          R"({"a":[{"a":1},{"a":2}],"b":{"a":1}})"sv, R"({"a":1,"A":2,"a ":3,"ab":4})"sv}) {
    EXPECT_EQ(compact(text), text);
  }
}

std::string objectOf(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) {
    text += (i == 0 ? "\"name " : ",\"name ") + std::to_string(i) + "\":" + std::to_string(i);
  }
  return text + "}";
}

TEST(ParseJson, ReadsManyNamesAndKeepsTheirOrder) {
  // A comparison of each name with each would take hours here.
  const auto text = objectOf(500'000);
  EXPECT_EQ(compact(text), text);
  auto twice = text;
  twice.back() = ',';
  twice += "\"name 7\":0}";
  EXPECT_EQ(compact(twice), "refused: duplicate member name \"name 7\"");
}

TEST(ParseJson, RefusesDepthOverTheLimit) {
  EXPECT_FALSE(isRefused(nested(64)));
  EXPECT_EQ(compact(nested(65)), "refused: nested deeper than 64 levels");
  EXPECT_EQ(compact("[[1]]", {.max_depth = 2}), "[[1]]");
  EXPECT_EQ(compact("[[[1]]]", {.max_depth = 2}), "refused: nested deeper than 2 levels");
  EXPECT_EQ(compact(R"({"a":[{"b":1}]})", {.max_depth = 2}), "refused: nested deeper than 2 levels");
  EXPECT_EQ(compact("[[],[],[[]]]", {.max_depth = 3}), "[[],[],[[]]]");
  EXPECT_EQ(compact("1", {.max_depth = 0}), "1");
  EXPECT_TRUE(compact("[]", {.max_depth = 0}).starts_with("refused"));
}

TEST(ParseJson, SiblingsDoNotAddDepth) {
  for (const auto* item : {"{},", "[],", "{\"a\":{}},"}) {
    std::string text = "[";
    for (int i = 0; i < 100; ++i) text += item;
    text += "0]";
    EXPECT_EQ(compact(text), text);
  }
}

TEST(ParseJson, DepthWithoutEndDoesNotEndTheStack) {
  EXPECT_EQ(compact(std::string(5'000'000, '[')), "refused: nested deeper than 64 levels");
  std::string objects;
  for (int i = 0; i < 500'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(compact(objects), "refused: nested deeper than 64 levels");
}

TEST(ParseJson, EveryCutAndEveryFlippedByteIsReadOrRefused) {
  const auto text = R"({"a":[1,-2.5e3,true,null,"\u20ac é \ud83d\udd14"],"b":{"c":"d"}})"s;
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_TRUE(isRefused(std::string_view(text).substr(0, i))) << i;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = text;
      changed[i] = static_cast<char>(byte);
      const auto document = parseJson(changed);
      if (!document.ok()) {
        EXPECT_LE(document.error().offset, changed.size());
        EXPECT_FALSE(document.error().message.empty());
        continue;
      }
      const auto written = toJsonText(document.value());
      EXPECT_TRUE(isValidUtf8(written));
      EXPECT_EQ(compact(written), written);
    }
  }
}

TEST(ToJsonText, EscapesControlCharactersAndLeavesUnicode) {
  const auto document = parseJson(R"("\u0001\u001f\" \\ / é \u2028")");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(toJsonText(document.value()), "\"\\u0001\\u001F\\\" \\\\ / é \u2028\"");
}

TEST(JsonWriter, WritesNestedObjectsAndArrays) {
  JsonWriter w;
  w.object([&] {
    w.member("id", "x1");
    w.member("text", std::string("a\"b"));
    w.member("view", "v"sv);
    w.member("on", true);
    w.member("off", false);
    w.memberArray("list", [&] {
      w.value(1);
      w.value("two");
      w.object([&] { w.member("three", 3); });
      w.array([] {});
    });
    w.memberObject("inner", [&] { w.member("nothing", nullptr); });
    w.memberObject("empty", [] {});
  });
  EXPECT_EQ(w.take(), R"({"id":"x1","text":"a\"b","view":"v","on":true,"off":false,)"
                      R"("list":[1,"two",{"three":3},[]],"inner":{"nothing":null},"empty":{}})");
}

TEST(JsonWriter, WritesTheWholeRangeOfNumbers) {
  JsonWriter w;
  w.array([&] {
    w.value(std::numeric_limits<std::int64_t>::min());
    w.value(std::numeric_limits<std::uint64_t>::max());
    w.value(static_cast<std::uint8_t>(255));
    w.value(std::size_t{0});
    w.value(-1);
    w.value(0.1);
    w.value(3.0);
  });
  EXPECT_EQ(w.take(), "[-9223372036854775808,18446744073709551615,255,0,-1,0.1,3.0]");
}

TEST(JsonWriter, WritesNullForWhatJsonDoesNotHave) {
  JsonWriter w;
  w.array([&] {
    w.value(std::numeric_limits<double>::quiet_NaN());
    w.value(std::numeric_limits<double>::infinity());
    w.value(-std::numeric_limits<double>::infinity());
  });
  EXPECT_EQ(w.take(), "[null,null,null]");
}

TEST(JsonWriter, WritesOptionals) {
  JsonWriter w;
  w.object([&] {
    w.member("text", std::optional<std::string>("t"));
    w.member("number", std::optional<int>(4));
    w.member("flag", std::optional<bool>(false));
    w.member("none", std::optional<std::string>());
  });
  EXPECT_EQ(w.take(), R"({"text":"t","number":4,"flag":false,"none":null})");
}

TEST(JsonWriter, InsertsValuesAndRawText) {
  const auto document = parseJson(R"({"k":[1,"x"]})");
  ASSERT_TRUE(document.ok());
  JsonWriter w;
  w.object([&] {
    w.member("parsed", document.value()["k"]);
    w.rawMember("raw", R"({"as":"is"})");
    w.memberArray("raws", [&] {
      w.rawValue("1");
      w.rawValue("[2]");
    });
  });
  EXPECT_EQ(w.take(), R"({"parsed":[1,"x"],"raw":{"as":"is"},"raws":[1,[2]]})");
}

TEST(JsonWriter, WhatItWritesCanBeRead) {
  std::string every_byte_of_ascii;
  for (char c = 1; c < 127; ++c) every_byte_of_ascii.push_back(c);
  JsonWriter w;
  w.object([&] { w.member(every_byte_of_ascii, every_byte_of_ascii); });
  const auto document = parseJson(w.take());
  ASSERT_TRUE(document.ok()) << document.error().message;
  ASSERT_EQ(document.value().MemberCount(), 1U);
  EXPECT_EQ(asView(document.value().MemberBegin()->name), every_byte_of_ascii);
  EXPECT_EQ(asView(document.value().MemberBegin()->value), every_byte_of_ascii);
}

TEST(JsonWriter, EscapesWhatJsonMustAndNothingElse) {
  JsonWriter w;
  w.value("\"\\/\b\f\n\r\t\x01\x1f\x7f\u00e9");
  EXPECT_EQ(w.take(), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\u00e9\"");
}

TEST(JsonDocument, KeepsItsTextWhenItIsMoved) {
  auto parsed = parseJson(R"({"a":"a text that is too long to lie inside of a value","b":[1,2,3]})");
  ASSERT_TRUE(parsed.ok());
  JsonDocument moved = std::move(*parsed);
  JsonDocument assigned = parseJson(R"({"earlier":"another text that is too long for that"})").value();
  assigned = std::move(moved);
  EXPECT_EQ(toJsonText(assigned), R"({"a":"a text that is too long to lie inside of a value","b":[1,2,3]})");
}

}  // namespace
}  // namespace belfry
