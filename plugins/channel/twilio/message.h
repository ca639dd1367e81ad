// The form of a message: what Belfry was given, as parameters of Twilio's Message resource.
#pragma once

#include <belfry/send.hpp>
#include <belfry/url.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace twilio {

struct Sender {
  std::string_view from;                   ///< number, short code, alphanumeric id or channel address
  std::string_view messaging_service_sid;  ///< instead of from, or to choose from within its pool
};

struct MessageSettings {
  Sender sender;
  std::uint32_t validity_period_s;  ///< 0: Twilio's default
};

/// Fills the form. Empty, or why the message cannot be sent: the field, its value and what is allowed.
std::string fillForm(belfry::Form& form, const belfry::Send& send, const MessageSettings& settings,
                     std::int64_t now_ms);

}  // namespace twilio
