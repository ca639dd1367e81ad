// Devices: users/me/devices for their user, services/users/{userId}/devices for services.
#pragma once

#include "api/rest/router.h"
#include "ports/device_store.h"

namespace belfry {

/// `devices` must outlive the router; `most` devices of one user.
void addDeviceOperations(Router& router, DeviceStore& devices, int most);

}  // namespace belfry
