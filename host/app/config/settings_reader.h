// From the merged, checked values to typed settings.
#pragma once

#include "app/config/setting_layer.h"
#include "app/config/settings.h"

namespace belfry {

/// `values` holds every key of the schema with a value that the schema allows; anything else is a fault of the program
/// (std::logic_error).
Settings readSettings(const SettingLayer& values);

}  // namespace belfry
