// Text messages: Publish to a PhoneNumber.
#pragma once

#include <belfry/send.hpp>

#include <string>

#include "query.h"

namespace sns {

/// What an instance says of its text messages; an option of the same name goes before each. Empty: not said.
struct SmsDefaults {
  std::string sms_type;
  std::string sender_id;
  std::string max_price_usd;
  std::string origination_number;
  std::string entity_id;
  std::string template_id;
};

/// Why one of these values is not allowed, or "".
std::string smsFault(const SmsDefaults& values);
/// Why SNS could not be told this message, or "".
std::string smsFault(const belfry::Send& send, const SmsDefaults& defaults);

/// The message has no fault.
Query smsCall(const belfry::Send& send, const SmsDefaults& defaults);

}  // namespace sns
