#include "adapters/postgres/device_json.h"

#include "kit/json.h"

namespace belfry::pg {

std::string toJson(const DeviceContent& content) {
  JsonWriter json;
  json.object([&] {
    json.member("token", content.token);
    json.member("userId", content.user_id);
    json.member("name", content.name);
  });
  return json.take();
}

std::optional<DeviceContent> parseDeviceContent(std::string_view json) {
  const auto document = parseJson(json);
  if (!document || !document->IsObject()) return std::nullopt;
  auto text = [&](const char* name) {
    const auto member = document->FindMember(name);
    return member != document->MemberEnd() && member->value.IsString() ? std::string(asView(member->value))
                                                                       : std::string();
  };
  return DeviceContent{text("token"), text("userId"), text("name")};
}

}  // namespace belfry::pg
