#include "api/rest/statistics_json.h"

#include <cmath>

#include "kit/json.h"

namespace belfry {
namespace {

std::int64_t rounded(double ms) { return std::llround(ms); }

void writeEvents(JsonWriter& json, EventType type, const EventCount& events) {
  const auto times = timesOf(events);
  json.object([&] {
    json.member("type", toText(type));
    json.member("count", events.count);
    json.memberObject("time", [&] {
      json.member("meanMs", rounded(times.mean_ms));
      json.member("p50Ms", rounded(times.p50_ms));
      json.member("p95Ms", rounded(times.p95_ms));
      json.member("p99Ms", rounded(times.p99_ms));
    });
  });
}

void writeMembers(JsonWriter& json, const EventSummary& summary, std::chrono::seconds span) {
  json.member("succeeded", summary.succeeded);
  json.member("failed", summary.failed);
  json.member("successShare", summary.successShare());
  json.member("failureShare", summary.failureShare());
  json.member("perSecond", static_cast<double>(summary.succeeded) / static_cast<double>(span.count()));
  json.memberArray("events", [&] {
    for (const auto& [type, events] : summary.events) writeEvents(json, type, events);
  });
}

}  // namespace

std::string statisticsJson(const StatisticsQuery& asked, const Statistics& statistics) {
  JsonWriter json;
  json.object([&] {
    json.member("from", formatRfc3339(asked.from));
    json.member("to", formatRfc3339(asked.to));
    json.member("stepSeconds", asked.step.count());
    json.memberObject("total", [&] {
      writeMembers(json, statistics.total, std::chrono::ceil<std::chrono::seconds>(asked.to - asked.from));
    });
    json.memberArray("steps", [&] {
      for (const auto& step : statistics.steps) {
        json.object([&] {
          json.member("from", formatRfc3339(step.from));
          writeMembers(json, step.summary, asked.step);
        });
      }
    });
  });
  return json.take();
}

}  // namespace belfry
