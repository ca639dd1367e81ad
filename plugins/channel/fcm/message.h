// The message of messages:send as JSON.
#pragma once

#include <belfry/send.hpp>

#include <cstdint>
#include <string>

namespace fcm {

/// The request's body, or why the message cannot be sent: the field, its value and what is allowed.
struct Body {
  std::string json;
  std::string fault;
};
Body messageBody(const belfry::Send& send, std::int64_t now_ms);

}  // namespace fcm
