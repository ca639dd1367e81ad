#include "api/rest/notification_json.h"

#include "kit/log.h"

namespace belfry {
namespace {

void memberIfAny(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, text);
}

void memberTime(JsonWriter& json, std::string_view name, const std::optional<TimePoint>& at) {
  if (at) json.member(name, formatRfc3339(*at));
}

void memberOrNull(JsonWriter& json, std::string_view name, const std::string& text) {
  if (text.empty()) json.member(name, nullptr);
  else json.member(name, text);
}

/// A user id may be the address itself, see the short form of a send.
std::string shownUserId(const Recipient& recipient) {
  const bool is_address = recipient.user_id == recipient.email || recipient.user_id == recipient.phone;
  return is_address ? maskAddress(recipient.user_id) : recipient.user_id;
}

void writeRecipient(JsonWriter& json, const Recipient& recipient) {
  json.memberObject("recipient", [&] {
    memberIfAny(json, "userId", shownUserId(recipient));
    if (recipient.user_type) json.member("userType", toText(*recipient.user_type));
    if (!recipient.email.empty()) json.member("email", maskAddress(recipient.email));
    if (!recipient.phone.empty()) json.member("phone", maskAddress(recipient.phone));
    memberIfAny(json, "timezone", recipient.timezone);
    memberIfAny(json, "language", recipient.language);
    if (recipient.device_tokens.empty()) return;
    json.memberArray("deviceTokens", [&] {
      for (const auto& device : recipient.device_tokens) json.value(maskAddress(device.token));
    });
  });
}

void writeTemplateRef(JsonWriter& json, const TemplateRef& ref) {
  json.memberObject("template", [&] {
    json.member("key", ref.key);
    json.member("version", ref.version);
    json.member("language", ref.language);
  });
}

void writeError(JsonWriter& json, const Delivery& delivery) {
  if (delivery.error_code.empty() && delivery.error_detail.empty()) return json.member("error", nullptr);
  json.memberObject("error", [&] {
    json.member("code", delivery.error_code);
    json.member("detail", delivery.error_detail);
  });
}

void writeEvent(JsonWriter& json, const DeliveryEvent& event) {
  json.object([&] {
    json.member("at", formatRfc3339(event.at));
    json.member("type", toText(event.type));
    if (event.attempt) json.member("attempt", *event.attempt);
    memberIfAny(json, "provider", event.provider);
    if (!event.detail_json.empty()) json.rawMember("detail", event.detail_json);
  });
}

void writeDelivery(JsonWriter& json, const Delivery& delivery, Timeline timeline) {
  json.object([&] {
    json.member("id", delivery.id.toString());
    json.member("channel", toText(delivery.channel));
    json.member("status", toText(delivery.state));
    json.member("attempt", delivery.attempt);
    memberOrNull(json, "provider", delivery.provider);
    memberOrNull(json, "providerMessageId", delivery.provider_message_id);
    writeError(json, delivery);
    json.member("updatedAt", formatRfc3339(delivery.updated_at));
    memberTime(json, "dueAt", delivery.due_at);
    if (timeline == Timeline::left_out) return;
    json.memberArray("timeline", [&] {
      for (const auto& event : delivery.timeline) writeEvent(json, event);
    });
  });
}

void writeDeliveries(JsonWriter& json, std::string_view name, const NotificationView& view, Timeline timeline) {
  json.memberArray(name, [&] {
    for (const auto& delivery : view.deliveries) writeDelivery(json, delivery, timeline);
  });
}

}  // namespace

void writeNotification(JsonWriter& json, const NotificationView& view, Timeline timeline) {
  json.object([&] {
    json.member("id", view.id.toString());
    json.member("status", toText(notificationState(view.deliveries)));
    json.member("priority", toText(view.priority));
    json.member("createdAt", formatRfc3339(view.created_at));
    memberTime(json, "scheduledAt", view.scheduled_at);
    memberTime(json, "expiresAt", view.expires_at);
    writeRecipient(json, view.request.recipient);
    if (view.request.template_ref) writeTemplateRef(json, *view.request.template_ref);
    json.rawMember("metadata", view.request.metadata_json);
    writeDeliveries(json, "deliveries", view, timeline);
  });
}

std::string notificationJson(const NotificationView& view) {
  JsonWriter json;
  writeNotification(json, view, Timeline::shown);
  return json.take();
}

std::string deliveriesJson(const NotificationView& view) {
  JsonWriter json;
  json.object([&] {
    writeDeliveries(json, "items", view, Timeline::shown);
    json.member("nextCursor", nullptr);
  });
  return json.take();
}

}  // namespace belfry
