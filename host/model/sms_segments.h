// How a text is cut into short messages: which alphabet it needs, how many messages it takes and what each one holds.
// Source: 3GPP TS 23.038 §6.2.1 (alphabets), 3GPP TS 23.040 §9.2.3.24.1 (concatenation with an 8-bit reference).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

enum class SmsEncoding {
  gsm7,  ///< GSM 7-bit default alphabet with its extension table; a unit is a septet, extended characters take two
  ucs2   ///< a unit is a UTF-16 code unit: characters past U+FFFF take two
};

/// `GSM-7` or `UCS-2`.
std::string_view smsEncodingName(SmsEncoding encoding) noexcept;

/// Units that one message holds: 160 or 70 alone, 153 or 67 with the header of six octets that joins several.
std::size_t smsUnitsAlone(SmsEncoding encoding) noexcept;
std::size_t smsUnitsJoined(SmsEncoding encoding) noexcept;

struct SmsPart {
  std::string text;  ///< UTF-8
  std::size_t units = 0;
};

struct SmsSegments {
  SmsEncoding encoding = SmsEncoding::gsm7;
  std::size_t units = 0;       ///< of the whole text
  std::vector<SmsPart> parts;  ///< in order; joined they are the text; none for an empty text
};

/// GSM-7 when every character of `text` (UTF-8) is in that alphabet, UCS-2 otherwise: one character decides for all
/// parts. A character is never cut in two, neither an escape from its character nor a surrogate from its other half, so
/// a part may stay one unit short. Ill-formed bytes count as U+FFFD. Line breaks are sent as they are: CR LF is two
/// units.
SmsSegments splitSms(std::string_view text);

}  // namespace belfry
