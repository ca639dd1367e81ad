#include "api/rest/content_json.h"

#include <algorithm>
#include <array>

namespace belfry {
namespace {

constexpr std::size_t kMostTextBytes = 1024 * 1024;
constexpr std::size_t kMostSubjectBytes = 998;  // RFC 5322 §2.1.1: the longest line

struct FieldLimit {
  std::string_view name;
  std::size_t most;
};
constexpr std::array kFields = {FieldLimit{"subject", kMostSubjectBytes}, FieldLimit{"text", kMostTextBytes},
                                FieldLimit{"html", kMostTextBytes}, FieldLimit{"title", kMostSubjectBytes},
                                FieldLimit{"body", kMostTextBytes}};

/// A member that names no channel gets an error that names all of them.
std::optional<Channel> channelOf(ObjectReader& reader, const JsonValue& name) {
  auto channel = parseChannel(asView(name));
  if (!channel) {
    reader.refuse(asView(name), FieldErrorCode::unknown_field, "there is no channel '" + shorten(asView(name)) + "'",
                  std::string(allowedChannel()));
  }
  return channel;
}

}  // namespace

bool namesChannels(const JsonValue& content) {
  return std::any_of(content.MemberBegin(), content.MemberEnd(),
                     [](const auto& member) { return parseChannel(asView(member.name)).has_value(); });
}

Fields readFields(ObjectReader& reader) {
  Fields fields;
  for (const auto& [name, most] : kFields) {
    if (!reader.has(name)) continue;
    auto text = reader.text(name, {.least = 0, .most = most});
    fields.emplace_back(name, std::move(text));
  }
  if (reader.json().MemberCount() == 0) {
    reader.errors().push_back(
        {reader.pointer(), FieldErrorCode::too_few, "says nothing", "{}", "subject, text, html, title, body"});
  }
  reader.finish();
  return fields;
}

std::map<Channel, Fields> readContentByChannel(ObjectReader& reader) {
  std::map<Channel, Fields> content;
  for (const auto& member : reader.json().GetObject()) {
    const auto channel = channelOf(reader, member.name);
    if (!channel) continue;
    auto fields = reader.object(asView(member.name));
    if (!fields) continue;
    if (content.contains(*channel)) {
      reader.refuse(asView(member.name), FieldErrorCode::duplicate, "is the same channel as another field",
                    "each channel once");
    }
    content[*channel] = readFields(*fields);
  }
  if (reader.json().MemberCount() == 0) {
    reader.errors().push_back({reader.pointer(), FieldErrorCode::too_few, "says nothing", "{}",
                               "one of the channels " + std::string(allowedChannel())});
  }
  return content;
}

std::map<Channel, Fields> readContent(ObjectReader& reader, const std::vector<Channel>& channels) {
  if (namesChannels(reader.json())) return readContentByChannel(reader);
  const auto fields = readFields(reader);
  std::map<Channel, Fields> content;
  for (const auto channel : channels) content[channel] = fields;
  return content;
}

void writeContent(JsonWriter& json, std::string_view name, const std::map<Channel, Fields>& content) {
  json.memberObject(name, [&] {
    for (const auto& [channel, fields] : content) {
      json.memberObject(toText(channel), [&, &texts = fields] {
        for (const auto& [field, text] : texts) json.member(field, text);
      });
    }
  });
}

}  // namespace belfry
