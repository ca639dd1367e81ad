#include "services/delivery/outgoing_message.h"

namespace belfry {

std::shared_ptr<OutgoingMessage> outgoingMessage(const MessageFrame& frame, NotificationRequest request,
                                                 Fields content) {
  auto message = std::make_shared<OutgoingMessage>();
  message->delivery = frame.delivery;
  message->attempt = frame.attempt;
  message->channel = frame.channel;
  message->priority = frame.priority;
  message->created_at = frame.created_at;
  message->expires_at = frame.expires_at;
  message->deadline = frame.deadline;
  auto& recipient = request.recipient;
  message->to = addressFor(recipient, frame.channel, frame.address);
  if (frame.channel == Channel::push && frame.address < recipient.device_tokens.size()) {
    const auto platform = recipient.device_tokens[frame.address].platform;
    if (platform) message->to_kind = toText(*platform);
  }
  message->to_name = std::move(recipient.name);
  message->user_id = std::move(recipient.user_id);
  message->language = request.template_ref ? std::move(request.template_ref->language) : std::move(recipient.language);
  message->metadata_json = std::move(request.metadata_json);
  message->content = std::move(content);
  if (auto options = request.options.find(frame.channel); options != request.options.end()) {
    message->options = std::move(options->second.options);
    message->headers = std::move(options->second.headers);
  }
  message->attachments = std::move(request.attachments);
  return message;
}

}  // namespace belfry
