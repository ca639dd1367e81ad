#include "cli/notification_text.h"

#include <cstdio>

#include "cli/text_table.h"
#include "kit/time.h"

namespace belfry::cli {
namespace {

std::optional<TimePoint> timeAt(const JsonValue& event) {
  const auto* at = memberAt(event, "at");
  return at != nullptr && at->IsString() ? parseRfc3339(asView(*at)) : std::nullopt;
}

std::string elapsed(Duration time) {
  char text[32];
  const double ms = static_cast<double>(time.count()) / 1000;
  if (ms < 1000) std::snprintf(text, sizeof text, "+%.1f ms", ms);
  else if (ms < 120'000) std::snprintf(text, sizeof text, "+%.2f s", ms / 1000);
  else std::snprintf(text, sizeof text, "+%.0f min", ms / 60'000);
  return text;
}

void printTimeline(std::ostream& out, const JsonValue& timeline) {
  TextTable table({"TIME (UTC)", "SINCE", "EVENT", "ATTEMPT", "PROVIDER", "DETAIL"});
  std::optional<TimePoint> before;
  for (const auto& event : timeline.GetArray()) {
    const auto at = timeAt(event);
    table.add({cellText(event, "at"), at && before ? elapsed(*at - *before) : "-", cellText(event, "type"),
               cellText(event, "attempt"), cellText(event, "provider"), cellText(event, "detail")});
    before = at;
  }
  table.print(out, "  ");
}

void printDelivery(std::ostream& out, const JsonValue& delivery) {
  out << cellText(delivery, "channel") << ' ' << cellText(delivery, "id") << "  " << cellText(delivery, "status");
  for (const auto& [label, path] : {std::pair("attempt ", "attempt"), std::pair("by ", "provider"),
                                    std::pair("provider's id ", "providerMessageId"), std::pair("next at ", "dueAt"),
                                    std::pair("error: ", "error")}) {
    if (const auto text = cellText(delivery, path); text != "-" && text != "0") out << ", " << label << text;
  }
  out << '\n';
  const auto* timeline = memberAt(delivery, "timeline");
  if (timeline != nullptr && timeline->IsArray()) printTimeline(out, *timeline);
}

const JsonValue* deliveriesOf(const JsonValue& notification) {
  const auto* deliveries = memberAt(notification, "deliveries");
  return deliveries != nullptr && deliveries->IsArray() ? deliveries : nullptr;
}

}  // namespace

void printNotification(std::ostream& out, const JsonValue& notification) {
  printObject(out, notification,
              {{"notification", "id"},
               {"status", "status"},
               {"priority", "priority"},
               {"created", "createdAt"},
               {"scheduled", "scheduledAt"},
               {"expires", "expiresAt"},
               {"recipient", "recipient"},
               {"template", "template"},
               {"metadata", "metadata"}});
  const auto* deliveries = deliveriesOf(notification);
  if (deliveries == nullptr) return;
  for (const auto& delivery : deliveries->GetArray()) {
    out << '\n';
    printDelivery(out, delivery);
  }
}

void printAccepted(std::ostream& out, const JsonValue& accepted, std::string_view headline) {
  out << headline << ' ' << cellText(accepted, "id") << "  " << cellText(accepted, "status") << '\n';
  const auto* deliveries = deliveriesOf(accepted);
  if (deliveries == nullptr) return;
  for (const auto& delivery : deliveries->GetArray()) {
    out << "  " << cellText(delivery, "channel") << ' ' << cellText(delivery, "id") << "  "
        << cellText(delivery, "status") << '\n';
  }
}

}  // namespace belfry::cli
