// The webhook's notifications: statuses of our messages, and messages of users, which open a session.
//
// Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and
// …/messages/status. One notification may hold several entries, changes and items; order is not promised.
#pragma once

#include <belfry/json.hpp>
#include <belfry/receipt.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace whatsapp {

/// Where the parts of a notification go.
struct Notified {
  std::function<bool(const belfry::Receipt&)> receipt;  ///< false: the host did not take it
  std::function<void(std::string_view wa_id, std::int64_t at_s)> message;
  std::function<void(std::string_view why)> skipped;  ///< a word for the counters
};

/// False for what is no notification at all. A part that is malformed, unknown or of another number is skipped, and the
/// others stand.
bool read(std::string_view body, std::string_view phone_number_id, const Notified& to);

}  // namespace whatsapp
