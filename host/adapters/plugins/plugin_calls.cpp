#include "adapters/plugins/plugin_calls.h"

namespace belfry::plugins {

std::mutex& mainCalls() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace belfry::plugins
