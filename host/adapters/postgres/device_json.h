// The sealed column device_tokens.content.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry::pg {

struct DeviceContent {
  std::string token;
  std::string user_id;
  std::string name;
};

std::string toJson(const DeviceContent& content);
/// nullopt when the text is not what toJson writes.
std::optional<DeviceContent> parseDeviceContent(std::string_view json);

}  // namespace belfry::pg
