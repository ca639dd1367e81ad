// What work_announce.sql says: that something waits, and who knows already.
#pragma once

#include <string_view>

#include "adapters/postgres/params.h"

namespace belfry::pg {

/// `by`: a host that needs not be told, empty: all are told.
inline Params announcedBy(std::string_view by) {
  Params params;
  params.add(by);
  return params;
}

}  // namespace belfry::pg
