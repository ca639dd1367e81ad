#include "api/rest/dead_letter_json.h"

#include "api/rest/notification_json.h"
#include "api/rest/preview_json.h"

namespace belfry {
namespace {

void textOrNull(JsonWriter& json, std::string_view name, const std::string& text) {
  if (text.empty()) json.member(name, nullptr);
  else json.member(name, text);
}

void writeMembers(JsonWriter& json, const DeadLetter& letter) {
  json.member("id", letter.id.toString());
  json.member("state", toText(letter.state));
  json.member("diedAt", formatRfc3339(letter.id.value.time()));
  json.member("deliveryId", letter.delivery.toString());
  json.member("notificationId", letter.notification.toString());
  json.member("channel", toText(letter.channel));
  json.member("priority", toText(letter.priority));
  textOrNull(json, "template", letter.template_key);
  textOrNull(json, "provider", letter.provider);
  textOrNull(json, "errorCode", letter.error_code);
  json.member("attempt", letter.attempt);
  textOrNull(json, "endedAt", letter.ended_at ? formatRfc3339(*letter.ended_at) : "");
  textOrNull(json, "endedBy", letter.ended_by);
  textOrNull(json, "replayedAs", letter.replayed_as ? letter.replayed_as->toString() : "");
}

/// Without the exchanges: they name the recipient, whose addresses are masked for those who only read. Whoever may send
/// sees them in a dry run.
void writeResend(JsonWriter& json, const DeliveryPreview& preview) {
  json.memberObject("preview", [&] {
    json.member("to", preview.to);
    textOrNull(json, "provider", preview.provider);
    json.member("simulated", preview.simulated);
    json.memberObject("content", [&] {
      for (const auto& [name, text] : preview.content) json.member(name, text);
    });
    if (preview.problem_code.empty()) return json.member("problem", nullptr);
    json.memberObject("problem", [&] {
      json.member("code", preview.problem_code);
      json.member("detail", preview.problem);
    });
  });
}

}  // namespace

void writeDeadLetter(JsonWriter& json, const DeadLetter& letter) {
  json.object([&] { writeMembers(json, letter); });
}

std::string deadLetterJson(const DeadLetter& letter) {
  JsonWriter json;
  writeDeadLetter(json, letter);
  return json.take();
}

std::string deadLetterViewJson(const DeadLetterView& view) {
  JsonWriter notification;
  writeNotification(notification, view.notification, Timeline::shown);
  JsonWriter json;
  json.object([&] {
    writeMembers(json, view.letter);
    json.rawMember("notification", notification.take());
    writeResend(json, view.preview);
  });
  return json.take();
}

std::string correctedReplayJson(const CorrectedReplay& replay) {
  JsonWriter json;
  json.object([&] {
    json.member("dryRun", !replay.previews.empty());
    json.member("notificationId", replay.notification.toString());
    json.member("deliveryId", replay.delivery.toString());
    json.rawMember("deadLetter", deadLetterJson(replay.letter));
    if (!replay.previews.empty()) writePreviews(json, replay.previews);
  });
  return json.take();
}

}  // namespace belfry
