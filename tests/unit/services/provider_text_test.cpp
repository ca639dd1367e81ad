#include "services/delivery/provider_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/utf8.h"

namespace belfry {
namespace {

TEST(ProviderText, GoodTextStaysAsItIs) {
  for (const char* text : {"", "250 OK", "Grüße \xF0\x9F\x94\x94", "two\nlines"}) EXPECT_EQ(storableText(text), text);
}

TEST(ProviderText, WhatPostgresqlCannotHoldIsReplaced) {
  EXPECT_EQ(storableText("caf\xE9!"), "caf\xEF\xBF\xBD!");
  EXPECT_EQ(storableText(std::string("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(ProviderText, LongTextIsCutAtACharacter) {
  EXPECT_EQ(storableText("abcdef", 4), "abcd");
  EXPECT_EQ(storableText("abc\xC3\xA9", 4), "abc");
  auto cut = storableText(std::string(100000, '\xFF'), 100);
  EXPECT_LE(cut.size(), 100u);
  EXPECT_GT(cut.size(), 90u);
  EXPECT_TRUE(isValidUtf8(cut));
}

TEST(ProviderText, TheAddressIsMaskedInWhateverCase) {
  EXPECT_EQ(withoutAddress("550 <ada@example.test>: unknown", "ada@example.test"), "550 <a***@example.test>: unknown");
  EXPECT_EQ(withoutAddress("ADA@Example.TEST twice ada@example.test", "ada@example.test"),
            "a***@example.test twice a***@example.test");
  EXPECT_EQ(withoutAddress("no such number +34600000001", "+34600000001"), "no such number +346***01");
}

TEST(ProviderText, OtherTextIsLeftAlone) {
  EXPECT_EQ(withoutAddress("250 OK", "ada@example.test"), "250 OK");
  EXPECT_EQ(withoutAddress("", "ada@example.test"), "");
  EXPECT_EQ(withoutAddress("an answer", ""), "an answer");
  EXPECT_EQ(withoutAddress("an answer", "a"), "an answer") << "too short to be told from any letter";
}

}  // namespace
}  // namespace belfry
