#include "model/notification.h"

namespace belfry {

const std::string* findField(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return &value;
  return nullptr;
}

std::string addressFor(const Recipient& recipient, Channel channel) {
  switch (channel) {
    case Channel::email: return recipient.email;
    case Channel::sms:
    case Channel::whatsapp: return recipient.phone;
    case Channel::push: return recipient.device_tokens.empty() ? std::string() : recipient.device_tokens.front();
    case Channel::inapp:
    case Channel::slack:
    case Channel::webhook: return recipient.user_id;
  }
  return {};
}

}  // namespace belfry
