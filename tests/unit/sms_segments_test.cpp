#include "model/sms_segments.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

const std::string kEmoji = "\xf0\x9f\x94\x94";  // U+1F514, a bell: a surrogate pair
const std::string kCyrillic = "\xd0\x96";       // U+0416: UCS-2, one unit

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

/// "GSM-7 161: 153+8".
std::string shape(const std::string& text) {
  const auto segments = splitSms(text);
  auto line = std::string(smsEncodingName(segments.encoding)) + " " + std::to_string(segments.units) + ":";
  std::string joined;
  for (const auto& part : segments.parts) {
    line += (joined.empty() ? " " : "+") + std::to_string(part.units);
    joined += part.text;
  }
  EXPECT_EQ(joined, text);
  return line;
}

TEST(SmsSegments, AnEmptyTextTakesNone) { EXPECT_EQ(shape(""), "GSM-7 0:"); }

TEST(SmsSegments, GsmBoundaries) {
  EXPECT_EQ(shape("Ding dong"), "GSM-7 9: 9");
  EXPECT_EQ(shape(times(160, "a")), "GSM-7 160: 160");
  EXPECT_EQ(shape(times(161, "a")), "GSM-7 161: 153+8");
  EXPECT_EQ(shape(times(306, "a")), "GSM-7 306: 153+153");
  EXPECT_EQ(shape(times(307, "a")), "GSM-7 307: 153+153+1");
}

TEST(SmsSegments, UcsBoundaries) {
  EXPECT_EQ(shape(times(70, kCyrillic)), "UCS-2 70: 70");
  EXPECT_EQ(shape(times(71, kCyrillic)), "UCS-2 71: 67+4");
  EXPECT_EQ(shape(times(134, kCyrillic)), "UCS-2 134: 67+67");
  EXPECT_EQ(shape(times(135, kCyrillic)), "UCS-2 135: 67+67+1");
}

TEST(SmsSegments, ExtendedCharactersCountTwiceAndStayWhole) {
  EXPECT_EQ(shape("\xe2\x82\xac"), "GSM-7 2: 2");  // the euro sign
  EXPECT_EQ(shape(times(158, "a") + "^"), "GSM-7 160: 160");
  EXPECT_EQ(shape(times(159, "a") + "^"), "GSM-7 161: 153+8");
  EXPECT_EQ(shape(times(152, "a") + "{" + times(10, "a")), "GSM-7 164: 152+12");
  EXPECT_EQ(shape(times(151, "a") + "{" + times(10, "a")), "GSM-7 163: 153+10");
  // 306 units would fill two parts, but each leaves one unit empty.
  EXPECT_EQ(shape(times(153, "]")), "GSM-7 306: 152+152+2");
}

TEST(SmsSegments, SurrogatePairsStayWhole) {
  EXPECT_EQ(shape(kEmoji), "UCS-2 2: 2");
  EXPECT_EQ(shape(times(35, kEmoji)), "UCS-2 70: 70");
  EXPECT_EQ(shape(times(36, kEmoji)), "UCS-2 72: 66+6");
  EXPECT_EQ(shape(times(66, "a") + kEmoji + "abc"), "UCS-2 71: 66+5");
  EXPECT_EQ(shape(times(65, "a") + kEmoji + "abcd"), "UCS-2 71: 67+4");
  EXPECT_EQ(shape(times(68, "a") + kEmoji), "UCS-2 70: 70");
  EXPECT_EQ(shape(times(69, "a") + kEmoji), "UCS-2 71: 67+4");
}

TEST(SmsSegments, EveryCharacterOfTheBasicTableIsOneUnit) {
  EXPECT_EQ(shape("@£$¥èéùìòÇ\nØø\rÅå"), "GSM-7 16: 16");
  EXPECT_EQ(shape("Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"), "GSM-7 15: 15");
  EXPECT_EQ(shape(" !\"#¤%&'()*+,-./0123456789:;<=>?"), "GSM-7 32: 32");
  EXPECT_EQ(shape("¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"), "GSM-7 32: 32");
  EXPECT_EQ(shape("¿abcdefghijklmnopqrstuvwxyzäöñüà"), "GSM-7 32: 32");
  EXPECT_EQ(shape("\f^{}\\[~]|€"), "GSM-7 20: 20");
}

TEST(SmsSegments, OneCharacterOutsideTheTableMakesAllUcs) {
  for (const auto* outside : {"`", "ç", "á", "\t", "\x1b", "\x7f", "’", "Α" /* Greek capital alpha */, "\xc2\xa0"})
    EXPECT_EQ(shape(std::string("bell") + outside), "UCS-2 5: 5") << outside;
  EXPECT_EQ(shape(times(70, "a") + "ç"), "UCS-2 71: 67+4");
}

TEST(SmsSegments, IllFormedBytesBecomeReplacementCharacters) {
  const auto segments = splitSms("a\xff\xc3");
  EXPECT_EQ(segments.encoding, SmsEncoding::ucs2);
  ASSERT_EQ(segments.parts.size(), 1U);
  EXPECT_EQ(segments.parts[0].text, "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(segments.units, 3U);
}

}  // namespace
}  // namespace belfry
