#include "adapters/phonenumber/phone_numbers.h"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <set>

namespace belfry::phonenumber {
namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

constexpr const char* kNoRegion = "ZZ";    // libphonenumber's "unknown"
constexpr std::size_t kLongestText = 250;  // as libphonenumber's own limit

const PhoneNumberUtil& plans() { return *PhoneNumberUtil::GetInstance(); }

std::string wanted(std::string_view region) {
  const std::string international = "an international number, e.g. +34600000001";
  return region.empty() ? international : international + ", or a number of " + std::string(region);
}

std::string reasonOf(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return "has no country code that exists";
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return "is too short";
    case PhoneNumberUtil::TOO_LONG_NSN: return "is too long";
    case PhoneNumberUtil::NOT_A_NUMBER:
    case PhoneNumberUtil::NO_PARSING_ERROR: break;
  }
  return "is not a telephone number";
}

std::string reasonOf(PhoneNumberUtil::ValidationResult result) {
  switch (result) {
    case PhoneNumberUtil::TOO_SHORT: return "is too short";
    case PhoneNumberUtil::TOO_LONG: return "is too long";
    case PhoneNumberUtil::INVALID_COUNTRY_CODE: return "has no country code that exists";
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY: return "lacks its area code";
    case PhoneNumberUtil::INVALID_LENGTH:
    case PhoneNumberUtil::IS_POSSIBLE: break;
  }
  return "has a length that no number has";
}

std::string typeOf(const Parsed& number) {
  switch (plans().GetNumberType(number)) {
    case PhoneNumberUtil::FIXED_LINE: return "fixed_line";
    case PhoneNumberUtil::MOBILE: return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE: return "fixed_line_or_mobile";
    case PhoneNumberUtil::TOLL_FREE: return "toll_free";
    case PhoneNumberUtil::PREMIUM_RATE: return "premium_rate";
    case PhoneNumberUtil::SHARED_COST: return "shared_cost";
    case PhoneNumberUtil::VOIP: return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER: return "personal_number";
    case PhoneNumberUtil::PAGER: return "pager";
    case PhoneNumberUtil::UAN: return "company";
    case PhoneNumberUtil::VOICEMAIL: return "voicemail";
    case PhoneNumberUtil::UNKNOWN: break;
  }
  return "unknown";
}

PhoneNumber describe(const Parsed& number) {
  PhoneNumber described;
  plans().Format(number, PhoneNumberUtil::E164, &described.e164);
  plans().GetRegionCodeForNumber(number, &described.region);
  // A number in a range that is not known yet still has a country.
  if (described.region.empty() || described.region == kNoRegion)
    plans().GetRegionCodeForCountryCode(number.country_code(), &described.region);
  described.type = typeOf(number);
  return described;
}

}  // namespace

Result<PhoneNumber, NotANumber> LibPhoneNumbers::parse(std::string_view text, std::string_view default_region) const {
  auto refused = [&](std::string reason) { return failure(NotANumber{std::move(reason), wanted(default_region)}); };
  if (text.size() > kLongestText) return refused("is too long");
  Parsed number;
  const std::string region = default_region.empty() ? kNoRegion : std::string(default_region);
  const auto error = plans().Parse(std::string(text), region, &number);
  if (error == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && text.find('+') == std::string_view::npos &&
      default_region.empty())
    return refused("has no country code");
  if (error != PhoneNumberUtil::NO_PARSING_ERROR) return refused(reasonOf(error));
  if (!number.extension().empty()) return refused("has an extension");
  const auto possible = plans().IsPossibleNumberWithReason(number);
  if (possible != PhoneNumberUtil::IS_POSSIBLE) return refused(reasonOf(possible));
  return describe(number);
}

bool isRegion(std::string_view region) {
  std::set<std::string> regions;
  plans().GetSupportedRegions(&regions);
  return regions.contains(std::string(region));
}

}  // namespace belfry::phonenumber
