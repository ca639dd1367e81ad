#include "adapters/postgres/inbox_json.h"

#include "kit/json.h"

namespace belfry::pg {

std::string toJson(const InboxItem& item) {
  JsonWriter json;
  json.object([&] {
    json.member("title", item.title);
    json.member("body", item.body);
    json.member("category", item.category);
    json.member("actionUrl", item.action_url);
    json.member("icon", item.icon);
    const auto data = parseJson(item.data_json);
    if (data && data->IsObject()) json.member("data", static_cast<const JsonValue&>(*data));
  });
  return json.take();
}

std::optional<InboxItem> parseInboxItem(std::string_view json) {
  const auto document = parseJson(json);
  if (!document || !document->IsObject()) return std::nullopt;
  const JsonValue& root = *document;
  InboxItem item;
  auto read = [&](const char* name, std::string& to) {
    const auto member = root.FindMember(name);
    if (member != root.MemberEnd() && member->value.IsString()) to = asView(member->value);
  };
  read("title", item.title);
  read("body", item.body);
  read("category", item.category);
  read("actionUrl", item.action_url);
  read("icon", item.icon);
  if (root.HasMember("data")) item.data_json = toJsonText(root["data"]);
  return item;
}

}  // namespace belfry::pg
