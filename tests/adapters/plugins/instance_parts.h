// What plugin instances of a test work with, beside the exchange: real signatures, values in memory, no counting.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "adapters/openssl/openssl_signatures.h"
#include "adapters/plugins/plugin_channels.h"
#include "ports/plugin_values.h"

namespace belfry::test {

class ValuesInMemory final : public PluginValues {
 public:
  std::optional<std::string> get(TenantId, ProviderId provider, std::string_view key) override {
    std::lock_guard lock(mutex_);
    auto found = values_.find({provider, std::string(key)});
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  void put(TenantId, ProviderId provider, std::string_view key, std::string_view value, Duration) override {
    std::lock_guard lock(mutex_);
    values_[{provider, std::string(key)}] = value;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<ProviderId, std::string>, std::string> values_;  // guarded by mutex_
};

/// Outlives the channels that are made of it.
struct InstanceParts {
  openssl::OpenSslSignatures signatures;
  ValuesInMemory values;

  plugins::PluginChannelsParts with(Exchange& exchange) { return {exchange, signatures, values, {}}; }
};

}  // namespace belfry::test
