// A device of a tenant's user that push messages go to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// What a registration says.
struct NewDevice {
  std::string token;
  Platform platform;
  std::string name;                 ///< for people; may be empty
  std::vector<std::string> topics;  ///< what the product groups devices by
};

struct Device {
  DeviceId id;
  std::string user_id;
  NewDevice given;
  TimePoint created_at;
  TimePoint refreshed_at;
  std::optional<TimePoint> last_used_at;  ///< within an hour
  std::optional<TimePoint> disabled_at;   ///< its token is dead
  std::string reason;                     ///< why
};

}  // namespace belfry
