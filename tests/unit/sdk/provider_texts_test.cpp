// What providers write, read by the SDK: base64, times, XML, base URLs.
#include <gtest/gtest.h>
#include <belfry/base64.hpp>
#include <belfry/base_url.hpp>
#include <belfry/batch_key.hpp>
#include <belfry/rfc3339.hpp>
#include <belfry/xml.hpp>

#include <random>

namespace belfry {
namespace {

/// RFC 4648 §10.
TEST(Base64, ReadsThePublishedVectors) {
  EXPECT_EQ(base64Decoded(""), "");
  EXPECT_EQ(base64Decoded("Zg=="), "f");
  EXPECT_EQ(base64Decoded("Zm8="), "fo");
  EXPECT_EQ(base64Decoded("Zm9v"), "foo");
  EXPECT_EQ(base64Decoded("Zm9vYg=="), "foob");
  EXPECT_EQ(base64Decoded("Zm9vYmE="), "fooba");
  EXPECT_EQ(base64Decoded("Zm9vYmFy"), "foobar");
  EXPECT_EQ(base64Decoded("+/+/"), "\xfb\xff\xbf");
}

TEST(Base64, OneTextHasOneSpelling) {
  for (const auto text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9=", "Z g=", "Zg-_", "Zm8=\n"})
    EXPECT_EQ(base64Decoded(text), std::nullopt) << text;
}

/// Values from date(1).
TEST(Times, AreReadWithFractionsAndZones) {
  EXPECT_EQ(parseTime("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parseTime("2026-09-21T14:13:20.000Z"), 1790000000000);
  EXPECT_EQ(parseTime("2026-09-21T14:13:20.5Z"), 1790000000500);
  EXPECT_EQ(parseTime("2026-09-21T14:13:20.123999Z"), 1790000000123);
  EXPECT_EQ(parseTime("2026-09-21T16:13:20+02:00"), 1790000000000);
  EXPECT_EQ(parseTime("2026-09-21T08:43:20-0530"), 1790000000000);
  EXPECT_EQ(parseTime("2024-02-29T00:00:00Z"), 1709164800000);
  EXPECT_EQ(parseTime("2000-02-29T23:59:60Z"), 951868800000);
  EXPECT_EQ(parseTime("9999-12-31T23:59:59Z"), 253402300799000);
}

TEST(Times, NothingElseIsOne) {
  for (const auto text : {"",
                          "2026",
                          "2026-09-21",
                          "2026-09-21T14:13:20",
                          "2026-09-21 14:13:20Z",
                          "2026-02-30T00:00:00Z",
                          "2100-02-29T00:00:00Z",
                          "2026-13-01T00:00:00Z",
                          "2026-00-01T00:00:00Z",
                          "2026-01-00T00:00:00Z",
                          "2026-01-01T24:00:00Z",
                          "2026-01-01T00:60:00Z",
                          "2026-01-01T00:00:61Z",
                          "2026-01-01T00:00:00.Z",
                          "2026-01-01T00:00:00.1234567890Z",
                          "2026-01-01T00:00:00Zx",
                          "1969-12-31T23:59:59Z",
                          "1970-01-01T00:00:00+01:00",
                          "2026-01-01T00:00:00+24:00",
                          "2026-1-01T00:00:00Z",
                          "+026-01-01T00:00:00Z"})
    EXPECT_EQ(parseTime(text), std::nullopt) << text;
}

TEST(BaseUrls, AreTrimmedOrRefusedWithWhatIsAllowed) {
  std::string error;
  EXPECT_EQ(parseBaseUrl("https://api.example.com", error), "https://api.example.com");
  EXPECT_EQ(parseBaseUrl("https://api.example.com//", error), "https://api.example.com");
  EXPECT_EQ(parseBaseUrl("http://127.0.0.1:8080/v1/", error), "http://127.0.0.1:8080/v1");
  for (const auto text : {"", "api.example.com", "ftp://x", "https://", "https:///x", "https://:80", "https://u@x",
                          "https://x?a", "https://x#a", "https://x/\n", "https://x\\y", "https://\xc3\xa9"}) {
    EXPECT_EQ(parseBaseUrl(text, error), std::nullopt) << text;
    EXPECT_NE(error.find("base_url is \""), std::string::npos) << text;
  }
}

TEST(BatchHash, TellsPartsApart) {
  const auto of = [](std::initializer_list<std::string_view> parts) {
    BatchHash hash;
    for (const auto part : parts) hash.add(part);
    return hash.value();
  };
  EXPECT_EQ(of({"a", "b"}), of({"a", "b"}));
  EXPECT_NE(of({"a", "b"}), of({"ab", ""}));
  EXPECT_NE(of({"a", "b"}), of({"b", "a"}));
  EXPECT_NE(of({}), 0U);
}

std::string textAt(std::string_view document, std::string_view child) {
  XmlDom xml;
  return xml.parse(document) ? std::string(xml.root()[child].text()) : "no XML";
}

TEST(XmlReading, ElementsTextAndWhatIsSkipped) {
  EXPECT_EQ(textAt("<?xml version=\"1.0\"?>\n<!-- c --><r xmlns:a='u'>\n<a:x k=\"&lt;\" l = '2'>v</a:x></r>\n", "x"),
            "v");
  EXPECT_EQ(textAt("<r><x>&lt;&amp;&gt;&quot;&apos;&#65;&#x20AC;</x></r>", "x"), "<&>\"'A\xe2\x82\xac");
  EXPECT_EQ(textAt("<r><x>a<![CDATA[<&]]>b<!-- n -->c<y>no</y>d</x></r>", "x"), "a<&bcd");
  EXPECT_EQ(textAt("\xEF\xBB\xBF<r><x/></r>", "x"), "");
  EXPECT_EQ(textAt("<r><x>1</x><x>2</x></r>", "x"), "1");
  XmlDom xml;
  ASSERT_TRUE(xml.parse("<r><m><i>1</i></m><m><i>2</i></m></r>"));
  EXPECT_EQ(xml.root().children().size(), 2U);
  EXPECT_EQ(xml.root().children()[1]["i"].text(), "2");
  EXPECT_FALSE(xml.root()["nothing"]["at all"].exists());
}

TEST(XmlReading, NothingElseIsXml) {
  for (const auto text : {"",
                          " ",
                          "x",
                          "<r>",
                          "<r></s>",
                          "</r>",
                          "<r/><r/>",
                          "<r/>x",
                          "x<r/>",
                          "<r",
                          "<r a></r>",
                          "<r a=b/>",
                          "<r a='<'/>",
                          "<r a='1'b='2'/>",
                          "<1/>",
                          "< r/>",
                          "<r><x></r></x>",
                          "<r>&</r>",
                          "<r>&amp</r>",
                          "<r>&nbsp;</r>",
                          "<r>&#0;</r>",
                          "<r>&#xD800;</r>",
                          "<r>&#x110000;</r>",
                          "<r>&#xg;</r>",
                          "<r>&#;</r>",
                          "<r><![CDATA[x</r>",
                          "<!-- <r/>",
                          "<? <r/>",
                          "<!DOCTYPE r><r/>",
                          "<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>",
                          "<r>\xff</r>",
                          "<![CDATA[x]]><r/>"}) {
    XmlDom xml;
    EXPECT_FALSE(xml.parse(text)) << text;
    EXPECT_FALSE(xml.root().exists()) << text;
  }
}

TEST(XmlReading, DepthAndNumberHaveLimits) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  XmlDom xml;
  EXPECT_TRUE(xml.parse(nested(XmlReader::kMaxDepth)));
  EXPECT_FALSE(xml.parse(nested(XmlReader::kMaxDepth + 1)));
  std::string many = "<r>";
  for (std::size_t i = 1; i < XmlReader::kMaxElements; ++i) many += "<a/>";
  EXPECT_TRUE(xml.parse(many + "</r>"));
  EXPECT_FALSE(xml.parse(many + "<a/></r>"));
}

/// Whatever comes, it ends and stays within the text.
TEST(XmlReading, DamagedTextIsHarmless) {
  const std::string good = "<R xmlns=\"u\"><E a='1'>x&amp;<![CDATA[y]]></E><F/><!-- z --><G>&#x41;</G></R>";
  std::mt19937 random(4711);
  XmlDom xml;
  std::size_t whole = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = good;
    for (int i = 0; i < 1 + round % 4; ++i) text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % 8 == 0 ? random() % text.size() : text.size());
    whole += xml.parse(text) ? 1 : 0;
  }
  EXPECT_GT(whole, 100U);
  EXPECT_LT(whole, 19000U);
}

}  // namespace
}  // namespace belfry
