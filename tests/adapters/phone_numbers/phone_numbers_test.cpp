// E.164 out of what people write.
#include "adapters/phonenumber/phone_numbers.h"

#include <gtest/gtest.h>

namespace belfry::phonenumber {
namespace {

const LibPhoneNumbers numbers;

std::string e164(std::string_view text, std::string_view region = "") {
  auto parsed = numbers.parse(text, region);
  return parsed ? parsed->e164 : "no: " + parsed.error().reason;
}

TEST(PhoneNumbersTest, TheInternationalFormNeedsNoRegion) {
  for (const char* text : {"+34600000001", "+34 600 00 00 01", "+34-600-000-001", "+34 (600) 000 001",
                           "tel:+34600000001", "\xEF\xBC\x8B\x33\x34 600000001"})
    EXPECT_EQ(e164(text), "+34600000001") << text;
}

TEST(PhoneNumbersTest, ANationalFormBelongsToTheDefaultRegion) {
  EXPECT_EQ(e164("600 000 001", "ES"), "+34600000001");
  EXPECT_EQ(e164("07400 123456", "GB"), "+447400123456");
  EXPECT_EQ(e164("(201) 555-0123", "US"), "+12015550123");
  EXPECT_EQ(e164("0034 600 000 001", "ES"), "+34600000001");
  EXPECT_EQ(e164("+447400123456", "ES"), "+447400123456") << "its own country code comes first";
}

TEST(PhoneNumbersTest, WhatIsNoNumberSaysWhy) {
  EXPECT_EQ(e164(""), "no: is not a telephone number");
  EXPECT_EQ(e164("hello"), "no: is not a telephone number");
  EXPECT_EQ(e164("600000001"), "no: has no country code");
  EXPECT_EQ(e164("+999600000001"), "no: has no country code that exists");
  EXPECT_EQ(e164("+34600"), "no: is too short");
  EXPECT_EQ(e164("+346000000010000"), "no: is too long");
  EXPECT_EQ(e164("+34600000001 ext. 12"), "no: has an extension");
  EXPECT_EQ(e164("5550123", "US"), "no: lacks its area code");
  EXPECT_EQ(e164(std::string(5000, '1')), "no: is too long");
  EXPECT_EQ(e164("+34600000001\nBcc: x"), "no: is not a telephone number");
}

TEST(PhoneNumbersTest, TheRefusalSaysWhatIsAllowed) {
  EXPECT_EQ(numbers.parse("x", "").error().allowed, "an international number, e.g. +34600000001");
  EXPECT_EQ(numbers.parse("x", "ES").error().allowed, "an international number, e.g. +34600000001, or a number of ES");
}

TEST(PhoneNumbersTest, KnowsRegionAndType) {
  const auto mobile = numbers.parse("+34600000001", "");
  EXPECT_EQ(mobile->region, "ES");
  EXPECT_EQ(mobile->type, "mobile");
  EXPECT_EQ(numbers.parse("+34910000001", "")->type, "fixed_line");
  EXPECT_EQ(numbers.parse("+18002345678", "")->type, "toll_free");
  EXPECT_EQ(numbers.parse("+12015550123", "")->type, "fixed_line_or_mobile");
}

TEST(PhoneNumbersTest, ARangeThatIsNotKnownHasItsCountry) {
  const auto unknown = numbers.parse("+34000000000", "");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->region, "ES");
  EXPECT_EQ(unknown->type, "unknown");
}

TEST(PhoneNumbersTest, KnowsRegions) {
  EXPECT_TRUE(isRegion("ES"));
  EXPECT_FALSE(isRegion("ZZ"));
  EXPECT_FALSE(isRegion("es"));
  EXPECT_FALSE(isRegion(""));
}

}  // namespace
}  // namespace belfry::phonenumber
