#include "api/rest/inbox_json.h"

#include "kit/time.h"
#include "model/vocabulary.h"

namespace belfry {
namespace {

void memberOrNull(JsonWriter& json, std::string_view name, const std::string& text) {
  if (text.empty()) json.member(name, nullptr);
  else json.member(name, text);
}

}  // namespace

void writeInboxEntry(JsonWriter& json, const InboxEntry& entry) {
  json.object([&] {
    json.member("id", entry.id.toString());
    json.member("notificationId", entry.notification.toString());
    json.member("status", toText(entry.read_at ? InboxState::read : InboxState::unread));
    json.member("title", entry.item.title);
    json.member("body", entry.item.body);
    memberOrNull(json, "category", entry.item.category);
    memberOrNull(json, "actionUrl", entry.item.action_url);
    memberOrNull(json, "icon", entry.item.icon);
    json.rawMember("data", entry.item.data_json);
    json.member("createdAt", formatRfc3339(entry.created_at));
    memberOrNull(json, "readAt", entry.read_at ? formatRfc3339(*entry.read_at) : std::string());
  });
}

std::string inboxEntryJson(const InboxEntry& entry) {
  JsonWriter json;
  writeInboxEntry(json, entry);
  return json.take();
}

std::string countJson(std::string_view name, long count) {
  JsonWriter json;
  json.object([&] { json.member(name, count); });
  return json.take();
}

}  // namespace belfry
