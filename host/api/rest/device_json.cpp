#include "api/rest/device_json.h"

#include "api/rest/parse_with.h"
#include "kit/log.h"
#include "services/intake/addresses.h"

namespace belfry {
namespace {

constexpr std::size_t kMostTokenBytes = 4096;  // as isDeviceToken()
constexpr std::size_t kMostTopics = 100;

void memberTime(JsonWriter& json, std::string_view name, const std::optional<TimePoint>& at) {
  if (at) json.member(name, formatRfc3339(*at));
  else json.member(name, nullptr);
}

void writeMembers(JsonWriter& json, const Device& device) {
  json.member("id", device.id.toString());
  json.member("token", maskAddress(device.given.token));
  json.member("platform", toText(device.given.platform));
  json.member("name", device.given.name);
  json.memberArray("topics", [&] {
    for (const auto& topic : device.given.topics) json.value(topic);
  });
  json.member("createdAt", formatRfc3339(device.created_at));
  json.member("refreshedAt", formatRfc3339(device.refreshed_at));
  memberTime(json, "lastUsedAt", device.last_used_at);
  memberTime(json, "disabledAt", device.disabled_at);
  if (device.reason.empty()) json.member("reason", nullptr);
  else json.member("reason", device.reason);
}

}  // namespace

Result<NewDevice, Problem> parseNewDevice(std::string_view body) {
  return parseWith<NewDevice>(body, [](ObjectReader& reader) {
    NewDevice device{};
    device.token = reader.text("token", {.required = true,
                                         .most = kMostTokenBytes,
                                         .valid = isDeviceToken,
                                         .form = "a device token: 1 to 4096 visible ASCII characters"});
    reader.require("platform", allowedPlatform());
    device.platform = reader.word<Platform>("platform", parsePlatform, allowedPlatform()).value_or(Platform::web);
    device.name = reader.text("name", {.least = 0});
    device.topics = reader.texts("topics", kMostTopics, {});
    return device;
  });
}

void writeDevice(JsonWriter& json, const Device& device) {
  json.object([&] { writeMembers(json, device); });
}

std::string registrationJson(const Registration& registration) {
  JsonWriter json;
  json.object([&] {
    writeMembers(json, registration.device);
    json.memberArray("replaced", [&] {
      for (const auto& id : registration.replaced) json.value(id.toString());
    });
  });
  return json.take();
}

}  // namespace belfry
