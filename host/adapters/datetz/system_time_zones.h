// The zones of the system's tzdata (/usr/share/zoneinfo), by Howard Hinnant's date-tz.
#pragma once

#include <memory>

#include "ports/time_zones.h"

namespace belfry::datetz {

class SystemTimeZones final : public TimeZones {
 public:
  /// Throws std::runtime_error when there is no tzdata.
  SystemTimeZones();
  ~SystemTimeZones() override;

  const TimeZone* find(std::string_view name) const override;

 private:
  struct Zones;
  std::unique_ptr<Zones> zones_;
};

}  // namespace belfry::datetz
