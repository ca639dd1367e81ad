#include "api/rest/schedule_json.h"

#include <limits>

#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"
#include "api/rest/send_json.h"
#include "kit/log.h"

namespace belfry {
namespace {

constexpr std::size_t kMostRuleBytes = 200;

void memberTime(JsonWriter& json, std::string_view name, const std::optional<TimePoint>& at) {
  if (at) json.member(name, formatRfc3339(*at));
  else json.member(name, nullptr);
}

void memberOrNull(JsonWriter& json, std::string_view name, const std::string& text) {
  if (text.empty()) json.member(name, nullptr);
  else json.member(name, text);
}

void writeRecipient(JsonWriter& json, const Recipient& recipient) {
  const auto member = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) json.member(name, text);
  };
  json.memberObject("recipient", [&] {
    // A user id of the short form may be an address.
    const bool is_address = recipient.user_id == recipient.email || recipient.user_id == recipient.phone;
    member("userId", is_address ? maskAddress(recipient.user_id) : recipient.user_id);
    if (!recipient.email.empty()) json.member("email", maskAddress(recipient.email));
    if (!recipient.phone.empty()) json.member("phone", maskAddress(recipient.phone));
  });
}

void writeSend(JsonWriter& json, const std::string& send_json) {
  const auto parsed = parseSend(send_json);
  json.memberObject("send", [&] {
    if (!parsed) return;  // of a version that took other sends; its next firing tells
    const auto& command = parsed->command;
    json.memberArray("channels", [&] {
      for (const auto channel : command.channels) json.value(toText(channel));
    });
    json.member("priority", toText(command.priority));
    if (command.request.template_ref) json.member("template", command.request.template_ref->key);
    writeRecipient(json, command.request.recipient);
  });
}

void writeMembers(JsonWriter& json, const Schedule& schedule) {
  const auto& terms = schedule.terms;
  json.member("id", schedule.id.toString());
  json.member("name", terms.name);
  json.member("state", toText(schedule.state));
  json.member("rule", terms.rule);
  json.member("timezone", terms.timezone);
  json.member("misfire", toText(terms.misfire));
  memberTime(json, "startsAt", terms.starts_at);
  memberTime(json, "endsAt", terms.ends_at);
  if (terms.most_firings) json.member("count", *terms.most_firings);
  else json.member("count", nullptr);
  writeSend(json, terms.send_json);
  memberTime(json, "nextAt", schedule.next_at);
  json.member("firings", schedule.firings);
  json.member("missed", schedule.missed);
  memberTime(json, "lastFiredAt", schedule.last_fired_at);
  memberOrNull(json, "lastNotificationId", schedule.last_notification ? schedule.last_notification->toString() : "");
  memberOrNull(json, "lastProblem", schedule.last_problem);
  json.member("createdBy", schedule.created_by);
  json.member("createdAt", formatRfc3339(schedule.created_at));
  json.member("updatedAt", formatRfc3339(schedule.updated_at));
}

}  // namespace

Result<ScheduleWish, Problem> parseScheduleWish(std::string_view body) {
  return parseWith<ScheduleWish>(body, [](ObjectReader& reader) {
    ScheduleWish wish;
    auto& terms = wish.terms;
    terms.name = reader.text("name", {.required = true});
    terms.rule = reader.text("rule", {.required = true, .most = kMostRuleBytes});
    terms.timezone = reader.text("timezone", {.most = 64, .valid = isTimeZone, .form = kTimeZoneForm});
    terms.starts_at = reader.time("startsAt");
    terms.ends_at = reader.time("endsAt");
    if (const auto count = reader.integer("count", 1, std::numeric_limits<std::int32_t>::max()))
      terms.most_firings = static_cast<int>(*count);
    wish.misfire = reader.word<MisfirePolicy>("misfire", parseMisfirePolicy, allowedMisfirePolicy());
    reader.require("send", "the body of a send without times");
    const auto* send = reader.find("send");
    if (send != nullptr && !send->IsObject())
      reader.refuse("send", FieldErrorCode::wrong_type, "is not an object", "the body of a send without times");
    else if (send != nullptr) terms.send_json = toJsonText(*send);
    return wish;
  });
}

SendBody sendBody() {
  return {[](std::string_view body) -> Result<SendCommand, Problem> {
            auto parsed = parseSend(body);
            if (!parsed) return failure(std::move(parsed).error());
            return std::move(parsed->command);
          },
          [](Problem& problem, std::string_view body) {
            if (const auto parsed = parseSend(body)) pointIntoBody(problem, parsed->form, parsed->content_by_channel);
          }};
}

void writeSchedule(JsonWriter& json, const Schedule& schedule) {
  json.object([&] { writeMembers(json, schedule); });
}

std::string scheduleJson(const Schedule& schedule, const std::vector<TimePoint>& upcoming) {
  JsonWriter json;
  json.object([&] {
    writeMembers(json, schedule);
    json.memberArray("upcoming", [&] {
      for (const auto at : upcoming) json.value(formatRfc3339(at));
    });
  });
  return json.take();
}

}  // namespace belfry
