#include "services/dead_letters/dead_letter_edit.h"

namespace belfry {
namespace {

void correctRecipient(Recipient& recipient, const Delivery& delivery, const DeadLetterEdit& edit) {
  // A delivery goes to one device, whatever others the notification named.
  if (delivery.channel == Channel::push) {
    const auto index = static_cast<std::size_t>(delivery.address);
    if (index < recipient.device_tokens.size()) recipient.device_tokens = {recipient.device_tokens[index]};
  }
  if (edit.user_id) recipient.user_id = *edit.user_id;
  if (edit.email) recipient.email = *edit.email;
  if (edit.phone) recipient.phone = *edit.phone;
  if (edit.device_token) recipient.device_tokens = {*edit.device_token};
}

void correctSaying(NotificationRequest& request, Channel channel, const DeadLetterEdit& edit) {
  if (edit.content) {
    request.template_ref.reset();
    request.content = {{channel, *edit.content}};
  }
  std::erase_if(request.content, [&](const auto& of) { return of.first != channel; });
  std::erase_if(request.options, [&](const auto& of) { return of.first != channel; });
  if (edit.data_json) request.data_json = *edit.data_json;
  if (!request.template_ref) return;
  if (edit.template_version) request.template_ref->version = *edit.template_version;
  if (edit.template_language) request.template_ref->language = *edit.template_language;
}

}  // namespace

std::vector<FieldError> faultsOf(const DeadLetterEdit& edit, const NotificationView& of) {
  std::vector<FieldError> errors;
  if (edit == DeadLetterEdit{})
    errors.push_back({"", FieldErrorCode::required, "nothing is corrected", "{}",
                      "recipient, data, template, content or expiresAt; to send it as it was, POST …/replay"});
  const bool of_template = edit.template_version || edit.template_language;
  if (of_template && edit.content)
    errors.push_back({"/content", FieldErrorCode::conflict, "contradicts template", "", "template or content"});
  if (of_template && !of.request.template_ref)
    errors.push_back({"/template", FieldErrorCode::conflict, "its notification was sent without a template", "",
                      "content, to say something else"});
  return errors;
}

std::vector<std::string> fieldsOf(const DeadLetterEdit& edit) {
  std::vector<std::string> fields;
  const auto add = [&](bool given, const char* name) {
    if (given) fields.emplace_back(name);
  };
  add(edit.user_id.has_value(), "recipient.userId");
  add(edit.email.has_value(), "recipient.email");
  add(edit.phone.has_value(), "recipient.phone");
  add(edit.device_token.has_value(), "recipient.deviceToken");
  add(edit.data_json.has_value(), "data");
  add(edit.template_version.has_value(), "template.version");
  add(edit.template_language.has_value(), "template.language");
  add(edit.content.has_value(), "content");
  add(edit.expires_at.has_value(), "expiresAt");
  return fields;
}

SendCommand corrected(const NotificationView& of, const Delivery& delivery, const DeadLetterEdit& edit) {
  SendCommand command;
  command.channels = {delivery.channel};
  command.priority = of.priority;
  command.request = of.request;
  command.request.misfire.reset();
  command.request.timezone.clear();
  command.expires_at = edit.expires_at ? edit.expires_at : of.expires_at;
  // It is the same message once more, and no double of itself.
  command.dedup = DedupWish{.off = true};
  correctRecipient(command.request.recipient, delivery, edit);
  correctSaying(command.request, delivery.channel, edit);
  return command;
}

}  // namespace belfry
