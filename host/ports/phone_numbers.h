// What a telephone number is, by the numbering plans of the world.
#pragma once

#include <string>
#include <string_view>

#include "kit/result.h"

namespace belfry {

struct PhoneNumber {
  std::string e164;    ///< `+34600000001`
  std::string region;  ///< ISO 3166-1, `001` for numbers of no country, e.g. +800
  std::string type;    ///< mobile, fixed_line, fixed_line_or_mobile, toll_free, premium_rate, …; unknown
};

struct NotANumber {
  std::string reason;   ///< such as "is too short for a number of ES"
  std::string allowed;  ///< what would be right
};

/// Thread-safe.
class PhoneNumbers {
 public:
  virtual ~PhoneNumbers() = default;
  /// Reads a number as people write it. One without a country code belongs to `default_region` (ISO 3166-1); without
  /// that only the international form is a number. Country code and length must fit the numbering plan; ranges are not
  /// checked, since new ones are opened faster than any program learns of them.
  virtual Result<PhoneNumber, NotANumber> parse(std::string_view text, std::string_view default_region) const = 0;
};

}  // namespace belfry
