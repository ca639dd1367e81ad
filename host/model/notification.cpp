#include "model/notification.h"

namespace belfry {

const std::string* findField(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return &value;
  return nullptr;
}

std::size_t addressCount(const Recipient& recipient, Channel channel) {
  if (channel == Channel::push) return recipient.device_tokens.size();
  return addressFor(recipient, channel).empty() ? 0 : 1;
}

std::string addressFor(const Recipient& recipient, Channel channel, std::size_t index) {
  switch (channel) {
    case Channel::email: return recipient.email;
    case Channel::sms:
    case Channel::whatsapp: return recipient.phone;
    case Channel::push:
      return index < recipient.device_tokens.size() ? recipient.device_tokens[index].token : std::string();
    case Channel::inapp:
    case Channel::slack:
    case Channel::webhook: return recipient.user_id;
  }
  return {};
}

}  // namespace belfry
