#include "api/rest/feed_json.h"

#include <algorithm>
#include <chrono>

#include "api/rest/parse_with.h"
#include "kit/json.h"

namespace belfry {
namespace {

void writeEvent(JsonWriter& json, const FeedEvent& event) {
  json.object([&] {
    json.member("pos", event.pos);
    json.member("at", formatRfc3339(event.at));
    json.member("type", toText(event.type));
    json.member("deliveryId", event.delivery.toString());
    json.member("notificationId", event.notification.toString());
    json.member("seq", event.seq);
    json.member("attempt", event.attempt);
    if (event.provider.empty()) json.member("provider", nullptr);
    else json.member("provider", event.provider);
  });
}

void writeSink(JsonWriter& json, const SinkPosition& sink, TimePoint now) {
  json.object([&] {
    json.member("sink", toText(sink.sink));
    json.member("position", sink.position);
    json.member("rewindingTo", sink.rewind_to);
    json.member("head", sink.head);
    json.memberObject("lag", [&] {
      const auto waited = sink.waiting_since ? std::max(now - *sink.waiting_since, Duration(0)) : Duration(0);
      json.member("events", sink.head - sink.position);
      json.member("seconds", std::chrono::duration_cast<std::chrono::seconds>(waited).count());
    });
    json.member("updatedAt", formatRfc3339(sink.updated_at));
  });
}

}  // namespace

std::string feedJson(const FeedAnswer& answer) {
  JsonWriter json;
  json.object([&] {
    json.memberArray("items", [&] {
      for (const auto& event : answer.events) writeEvent(json, event);
    });
    json.member("nextAfter", answer.next_after);
  });
  return json.take();
}

std::string sinksJson(const std::vector<SinkPosition>& sinks, TimePoint now) {
  JsonWriter json;
  json.object([&] {
    json.memberArray("items", [&] {
      for (const auto& sink : sinks) writeSink(json, sink, now);
    });
  });
  return json.take();
}

std::string sinkJson(const SinkPosition& sink, TimePoint now) {
  JsonWriter json;
  writeSink(json, sink, now);
  return json.take();
}

Result<std::int64_t, Problem> parseReplay(std::string_view body) {
  return parseWith<std::int64_t>(body, [](ObjectReader& reader) {
    reader.require("after", "a position of the feed; 0 is before the first event");
    return reader.integer("after", 0, kGreatestPosition).value_or(0);
  });
}

}  // namespace belfry
