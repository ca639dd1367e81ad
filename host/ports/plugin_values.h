// What plugins keep for an instance between operations: a session window, a certificate. A value may be lost at any
// time. May throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kit/time.h"
#include "model/ids.h"

namespace belfry {

class PluginValues {
 public:
  virtual ~PluginValues() = default;
  /// nullopt when there is none, or its time is over.
  virtual std::optional<std::string> get(TenantId tenant, ProviderId provider, std::string_view key) = 0;
  /// An empty value removes it.
  virtual void put(TenantId tenant, ProviderId provider, std::string_view key, std::string_view value,
                   Duration ttl) = 0;
};

}  // namespace belfry
