// Numbering plans by Google's libphonenumber.
#pragma once

#include "ports/phone_numbers.h"

namespace belfry::phonenumber {

class LibPhoneNumbers final : public PhoneNumbers {
 public:
  Result<PhoneNumber, NotANumber> parse(std::string_view text, std::string_view default_region) const override;
};

/// Whether numbers may belong to it: an ISO 3166-1 code that has a numbering plan.
bool isRegion(std::string_view region);

}  // namespace belfry::phonenumber
