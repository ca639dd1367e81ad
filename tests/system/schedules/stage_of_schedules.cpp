#include "system/stage.h"

namespace belfry::test {

Stage& stage() {
  static Stage the_one([] {
    HostOptions options;
    options.set = {"schedule.misfire_after_ms=1000", "schedule.timezone=Europe/Madrid"};
    return options;
  }());
  return the_one;
}

}  // namespace belfry::test
