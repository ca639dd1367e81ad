#include "api/rest/explanation_json.h"

#include <algorithm>
#include <array>
#include <map>

#include "kit/json.h"
#include "kit/log.h"

namespace belfry {
namespace {

/// What ends or interrupts an attempt.
bool endsAttempt(EventType type) {
  static constexpr std::array kEnds = {EventType::sent,    EventType::delivered, EventType::retry,
                                       EventType::failed,  EventType::bounced,   EventType::unknown,
                                       EventType::expired, EventType::skipped,   EventType::lease_expired};
  return std::find(kEnds.begin(), kEnds.end(), type) != kEnds.end();
}

/// One attempt as the timeline tells it.
struct Attempt {
  int number;
  const DeliveryEvent* began = nullptr;
  const DeliveryEvent* ended = nullptr;
};

/// Attempts in order, and what belongs to none of them.
struct Story {
  std::vector<Attempt> attempts;
  std::vector<const DeliveryEvent*> receipts;
  std::vector<const DeliveryEvent*> decisions;
};

Story toStory(const Delivery& delivery) {
  Story story;
  std::map<int, std::size_t> places;
  const auto attemptOf = [&](int number) -> Attempt& {
    const auto [place, fresh] = places.emplace(number, story.attempts.size());
    if (fresh) story.attempts.push_back({number});
    return story.attempts[place->second];
  };
  for (const auto& event : delivery.timeline) {
    if (event.attempt && event.type == EventType::sending) {
      attemptOf(*event.attempt).began = &event;
    } else if (event.attempt && endsAttempt(event.type) && attemptOf(*event.attempt).ended == nullptr) {
      attemptOf(*event.attempt).ended = &event;
    } else if (event.attempt) {
      story.receipts.push_back(&event);
    } else {
      story.decisions.push_back(&event);
    }
  }
  return story;
}

void writeEvent(JsonWriter& json, const DeliveryEvent& event) {
  json.object([&] {
    json.member("at", formatRfc3339(event.at));
    json.member("type", toText(event.type));
    if (event.attempt) json.member("attempt", *event.attempt);
    if (!event.detail_json.empty()) json.rawMember("detail", event.detail_json);
  });
}

void writeEvents(JsonWriter& json, std::string_view name, const std::vector<const DeliveryEvent*>& events) {
  json.memberArray(name, [&] {
    for (const auto* event : events) writeEvent(json, *event);
  });
}

void writeAttempt(JsonWriter& json, const Attempt& attempt) {
  json.object([&] {
    json.member("attempt", attempt.number);
    if (attempt.began) {
      json.member("startedAt", formatRfc3339(attempt.began->at));
      json.member("provider", attempt.began->provider);
      if (!attempt.began->detail_json.empty()) json.rawMember("route", attempt.began->detail_json);
    }
    if (!attempt.ended) return;
    json.member("endedAt", formatRfc3339(attempt.ended->at));
    json.member("result", toText(attempt.ended->type));
    if (!attempt.ended->detail_json.empty()) json.rawMember("detail", attempt.ended->detail_json);
  });
}

void writeTemplateChoice(JsonWriter& json, const NotificationRequest& request) {
  json.object([&] {
    json.member("rule", request.template_ref ? "template_pinned" : "content_given");
    json.member("level", "request");
    if (!request.template_ref) return;
    json.member("value", request.template_ref->key + " version " + std::to_string(request.template_ref->version) +
                             ", " + request.template_ref->language);
  });
}

void writeDelivery(JsonWriter& json, const NotificationView& view, const Delivery& delivery) {
  const auto story = toStory(delivery);
  json.object([&] {
    json.member("id", delivery.id.toString());
    json.member("channel", toText(delivery.channel));
    json.member("status", toText(delivery.state));
    json.memberArray("decisions", [&] {
      writeTemplateChoice(json, view.request);
      for (const auto* event : story.decisions) writeEvent(json, *event);
    });
    json.memberArray("attempts", [&] {
      for (const auto& attempt : story.attempts) writeAttempt(json, attempt);
    });
    writeEvents(json, "receipts", story.receipts);
    if (delivery.due_at) json.member("nextAttemptAt", formatRfc3339(*delivery.due_at));
    if (delivery.error_code.empty()) return;
    json.memberObject("error", [&] {
      json.member("code", delivery.error_code);
      json.member("detail", delivery.error_detail);
    });
  });
}

}  // namespace

std::string explanationJson(const NotificationView& view) {
  JsonWriter json;
  json.object([&] {
    json.member("id", view.id.toString());
    json.member("status", toText(notificationState(view.deliveries)));
    json.member("priority", toText(view.priority));
    json.member("createdAt", formatRfc3339(view.created_at));
    json.memberArray("deliveries", [&] {
      for (const auto& delivery : view.deliveries) writeDelivery(json, view, delivery);
    });
  });
  return json.take();
}

}  // namespace belfry
