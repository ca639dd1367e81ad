#include "kit/json.h"
#include "services/queues/queue_record.h"

namespace belfry {
namespace {

void textIf(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json.member(name, value);
}

template <class Word>
void wordIf(JsonWriter& json, std::string_view name, const std::optional<Word>& word) {
  if (word) json.member(name, toText(*word));
}

void timeIf(JsonWriter& json, std::string_view name, const std::optional<TimePoint>& at) {
  if (at) json.member(name, formatRfc3339(*at));
}

}  // namespace

std::string recordOf(const QueuePause& pause) {
  JsonWriter json;
  json.object([&] {
    json.member("id", pause.id.toString());
    json.member("drain", pause.drain);
    wordIf(json, "channel", pause.scope.channel);
    wordIf(json, "priority", pause.scope.priority);
    textIf(json, "provider", pause.scope.provider);
    textIf(json, "reason", pause.reason);
  });
  return json.take();
}

std::string recordOf(const std::vector<QueuePause>& ended) {
  JsonWriter json;
  json.object([&] {
    json.memberArray("ended", [&] {
      for (const auto& pause : ended) json.rawValue(recordOf(pause));
    });
  });
  return json.take();
}

std::string recordOf(const QueueFilter& filter) {
  JsonWriter json;
  json.object([&] {
    if (filter == QueueFilter{}) json.member("all", true);
    wordIf(json, "channel", filter.channel);
    wordIf(json, "priority", filter.priority);
    wordIf(json, "state", filter.state);
    textIf(json, "provider", filter.provider);
    textIf(json, "errorCode", filter.error_code);
    timeIf(json, "from", filter.from);
    timeIf(json, "to", filter.to);
    textIf(json, "template", filter.template_key);
    if (filter.batch) json.member("batchId", filter.batch->toString());
    if (filter.notifications.empty()) return;
    json.memberArray("notificationIds", [&] {
      for (const auto& id : filter.notifications) json.value(id.toString());
    });
  });
  return json.take();
}

std::string recordOf(const QueueOperation& operation) {
  JsonWriter json;
  json.object([&] {
    json.member("id", operation.id.toString());
    json.rawMember("filter", recordOf(operation.wish.filter));
    wordIf(json, "priority", operation.wish.priority);
    if (operation.wish.limit) json.member("limit", *operation.wish.limit);
  });
  return json.take();
}

std::string targetOf(const PauseScope& scope) {
  if (!scope.provider.empty()) return "provider " + scope.provider;
  if (scope.channel && scope.priority)
    return std::string(toText(*scope.channel)) + "/" + std::string(toText(*scope.priority));
  if (scope.channel) return std::string(toText(*scope.channel));
  if (scope.priority) return "priority " + std::string(toText(*scope.priority));
  return "tenant";
}

}  // namespace belfry
