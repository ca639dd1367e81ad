// services/sms: what a text costs before it is sent.
#pragma once

#include <string>

#include "api/rest/router.h"
#include "ports/phone_numbers.h"

namespace belfry {

/// `numbers` must outlive the router; `default_region` is where numbers without a country code are at home, or empty.
void addSmsOperations(Router& router, const PhoneNumbers& numbers, const std::string& default_region);

}  // namespace belfry
