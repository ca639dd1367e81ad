// Redis as the host uses it: one connection to take hints by, one to feed them.
#pragma once

#include "adapters/redis/redis_client.h"
#include "adapters/redis/redis_ready_hints.h"
#include "app/config/settings.h"

namespace belfry {

struct Hints {
  /// Throws std::invalid_argument for a URL that is none. Connects when first used.
  Hints(const RedisSettings& settings, const Log& log)
      : taking({settings.url, settings.timeout}, log),
        feeding({settings.url, settings.timeout}, log),
        ready(taking, feeding, {settings.prefix}) {}

  redis::RedisClient taking;
  redis::RedisClient feeding;
  redis::RedisReadyHints ready;
};

}  // namespace belfry
