#include "api/rest/queue_json.h"

#include <cmath>

#include "services/queues/queue_record.h"

namespace belfry {
namespace {

/// Three digits behind the point say what a measured rate can.
double rounded(double value) {
  constexpr double kParts = 1000;
  return std::round(value * kParts) / kParts;
}

std::optional<double> rounded(const std::optional<double>& value) {
  return value ? std::optional(rounded(*value)) : std::nullopt;
}

template <class Word>
void wordOrNull(JsonWriter& json, std::string_view name, const std::optional<Word>& word) {
  if (word) json.member(name, toText(*word));
  else json.member(name, nullptr);
}

void textOrNull(JsonWriter& json, std::string_view name, const std::string& text) {
  if (text.empty()) json.member(name, nullptr);
  else json.member(name, text);
}

void timeOrNull(JsonWriter& json, std::string_view name, const std::optional<TimePoint>& at) {
  if (at) json.member(name, formatRfc3339(*at));
  else json.member(name, nullptr);
}

void writePauseMembers(JsonWriter& json, const QueuePause& pause) {
  json.member("id", pause.id.toString());
  json.member("drain", pause.drain);
  wordOrNull(json, "channel", pause.scope.channel);
  wordOrNull(json, "priority", pause.scope.priority);
  textOrNull(json, "provider", pause.scope.provider);
  textOrNull(json, "reason", pause.reason);
  json.member("by", pause.created_by);
  json.member("since", formatRfc3339(pause.created_at));
}

void writePauses(JsonWriter& json, std::string_view name, const std::vector<QueuePause>& pauses) {
  json.memberArray(name, [&] {
    for (const auto& pause : pauses) json.object([&] { writePauseMembers(json, pause); });
  });
}

void writeTimes(JsonWriter& json, const std::optional<TimeDistribution>& times) {
  if (!times) return json.member("timeToSend", nullptr);
  json.memberObject("timeToSend", [&] {
    json.member("count", times->count);
    json.member("meanSeconds", rounded(times->mean_s));
    json.member("p50Seconds", times->p50_s);
    json.member("p95Seconds", times->p95_s);
    json.member("p99Seconds", times->p99_s);
    json.memberArray("buckets", [&] {
      for (const auto& share : times->shares)
        json.object([&] {
          json.member("atMostSeconds", share.at_most_s);
          json.member("count", share.count);
        });
    });
  });
}

void writeFlow(JsonWriter& json, const QueueFigures& figures) {
  json.memberObject("settledPerMinute", [&] {
    json.member("last1", rounded(figures.per_minute_1));
    json.member("last5", rounded(figures.per_minute_5));
    json.member("last15", rounded(figures.per_minute_15));
  });
  json.member("succeeded", figures.succeeded);
  json.member("failed", figures.failed);
  const auto all = figures.succeeded + figures.failed;
  if (all > 0) json.member("successShare", rounded(static_cast<double>(figures.succeeded) / static_cast<double>(all)));
  else json.member("successShare", nullptr);
  writeTimes(json, figures.times);
}

void writeQueue(JsonWriter& json, const QueueFigures& figures) {
  const auto& depth = figures.depth;
  json.object([&] {
    json.member("channel", toText(depth.queue.channel));
    json.member("priority", toText(depth.queue.priority));
    json.member("waiting", depth.waiting);
    json.member("scheduled", depth.scheduled);
    json.member("deferred", depth.deferred);
    json.member("inFlight", depth.in_flight);
    json.member("exact", depth.exact);
    json.member("oldestAgeSeconds", rounded(figures.oldest_age_s));
    writePauses(json, "paused", figures.pauses);
    writePauses(json, "drained", figures.drains);
    writeFlow(json, figures);
    json.member("drainSeconds", rounded(figures.drain_s));
    json.member("recommendedSlots", figures.recommended_slots);
    json.member("recommendedWorkers", figures.recommended_workers);
  });
}

}  // namespace

std::string queueReportJson(const QueueReport& report) {
  JsonWriter json;
  json.object([&] {
    json.member("at", formatRfc3339(report.at));
    json.memberArray("items", [&] {
      for (const auto& figures : report.queues) writeQueue(json, figures);
    });
  });
  return json.take();
}

void writePause(JsonWriter& json, const PauseView& view) {
  json.object([&] {
    writePauseMembers(json, view.pause);
    json.member("empty", view.empty);
  });
}

std::string pauseJson(const QueuePause& pause) {
  JsonWriter json;
  json.object([&] { writePauseMembers(json, pause); });
  return json.take();
}

std::string pausesJson(const std::vector<PauseView>& views) {
  JsonWriter json;
  json.object([&] {
    json.memberArray("items", [&] {
      for (const auto& view : views) writePause(json, view);
    });
  });
  return json.take();
}

std::string resumedJson(const std::vector<QueuePause>& ended) {
  JsonWriter json;
  json.object([&] { writePauses(json, "ended", ended); });
  return json.take();
}

void writeQueueOperation(JsonWriter& json, const QueueOperation& operation) {
  json.object([&] {
    json.member("id", operation.id.toString());
    json.member("action", toText(operation.wish.action));
    json.rawMember("filter", recordOf(operation.wish.filter));
    wordOrNull(json, "priority", operation.wish.priority);
    json.member("limit", operation.wish.limit);
    json.member("state", toText(operation.state));
    json.member("lookedAt", operation.looked_at);
    json.member("changed", operation.changed);
    textOrNull(json, "reason", operation.reason);
    json.member("by", operation.started_by);
    json.member("startedAt", formatRfc3339(operation.started_at));
    timeOrNull(json, "finishedAt", operation.finished_at);
  });
}

std::string queueOperationJson(const QueueOperation& operation) {
  JsonWriter json;
  writeQueueOperation(json, operation);
  return json.take();
}

std::string surveyJson(const QueueSurvey& survey) {
  JsonWriter json;
  json.object([&] {
    json.member("dryRun", true);
    json.member("matched", survey.matched);
    json.member("complete", survey.complete);
    json.memberArray("sample", [&] {
      for (const auto& id : survey.sample) json.value(id.toString());
    });
  });
  return json.take();
}

}  // namespace belfry
