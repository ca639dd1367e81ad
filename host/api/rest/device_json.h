// Devices, in and out.
#pragma once

#include <string>
#include <string_view>

#include "kit/json.h"
#include "kit/result.h"
#include "model/problem.h"
#include "ports/device_store.h"

namespace belfry {

/// `{token, platform, name, topics}`.
Result<NewDevice, Problem> parseNewDevice(std::string_view body);

/// The token is masked: whoever holds it can send to the device.
void writeDevice(JsonWriter& json, const Device& device);
/// With the devices that made room.
std::string registrationJson(const Registration& registration);

}  // namespace belfry
