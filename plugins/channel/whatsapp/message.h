// A message of the Cloud API as JSON.
#pragma once

#include <belfry/send.hpp>

#include <string>

namespace whatsapp {

struct Body {
  std::string json;
  std::string fault;      ///< why it cannot be sent: the field, its value and what is allowed
  bool template_message;  ///< may open a conversation
};
Body messageBody(const belfry::Send& send);

/// What biz_opaque_callback_data carries, and comes back with every status.
std::string correlation(const belfry::Send& send);

/// The recipient as Meta names users: digits alone.
std::string waId(std::string_view phone);

}  // namespace whatsapp
