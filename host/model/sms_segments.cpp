#include "model/sms_segments.h"

#include <algorithm>

#include "kit/utf8.h"

namespace belfry {
namespace {

/// TS 23.038 §6.2.1, in the table's order; 0x1B, the escape, is no character.
constexpr std::u32string_view kBasic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    U"abcdefghijklmnopqrstuvwxyzäöñüà";
static_assert(kBasic.size() == 127);
/// TS 23.038 §6.2.1.1: each stands behind an escape. The form feed is its page break.
constexpr std::u32string_view kExtended = U"\f^{}\\[~]|€";

struct Character {
  std::string_view bytes;  // UTF-8
  char32_t code;
};

/// The first character of well-formed UTF-8.
Character firstOf(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {text.substr(0, size), code};
}

std::vector<Character> charactersOf(std::string_view text) {
  std::vector<Character> characters;
  for (; !text.empty(); text.remove_prefix(characters.back().bytes.size())) characters.push_back(firstOf(text));
  return characters;
}

/// 0 when the alphabet does not have it.
std::size_t gsmUnits(char32_t code) {
  if (kBasic.find(code) != std::u32string_view::npos) return 1;
  return kExtended.find(code) != std::u32string_view::npos ? 2 : 0;
}

std::size_t unitsOf(char32_t code, SmsEncoding encoding) {
  if (encoding == SmsEncoding::gsm7) return gsmUnits(code);
  return code > 0xFFFF ? 2 : 1;
}

SmsEncoding encodingOf(const std::vector<Character>& characters) {
  const bool fits = std::all_of(characters.begin(), characters.end(),
                                [](const Character& character) { return gsmUnits(character.code) > 0; });
  return fits ? SmsEncoding::gsm7 : SmsEncoding::ucs2;
}

}  // namespace

std::string_view smsEncodingName(SmsEncoding encoding) noexcept {
  return encoding == SmsEncoding::gsm7 ? "GSM-7" : "UCS-2";
}

// A message has 140 octets, of which the joining header takes six.
std::size_t smsUnitsAlone(SmsEncoding encoding) noexcept {
  return encoding == SmsEncoding::gsm7 ? 140 * 8 / 7 : 140 / 2;
}
std::size_t smsUnitsJoined(SmsEncoding encoding) noexcept {
  return encoding == SmsEncoding::gsm7 ? (140 - 6) * 8 / 7 : (140 - 6) / 2;
}

SmsSegments splitSms(std::string_view text) {
  const auto valid = replaceInvalidUtf8(text);
  const auto characters = charactersOf(valid);
  SmsSegments segments;
  segments.encoding = encodingOf(characters);
  for (const auto& character : characters) segments.units += unitsOf(character.code, segments.encoding);

  const bool alone = segments.units <= smsUnitsAlone(segments.encoding);
  const auto limit = alone ? smsUnitsAlone(segments.encoding) : smsUnitsJoined(segments.encoding);
  for (const auto& character : characters) {
    const auto units = unitsOf(character.code, segments.encoding);
    if (segments.parts.empty() || segments.parts.back().units + units > limit) segments.parts.emplace_back();
    segments.parts.back().text += character.bytes;
    segments.parts.back().units += units;
  }
  return segments;
}

}  // namespace belfry
