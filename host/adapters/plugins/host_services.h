// What an instance can ask of the host outside of operations: log and crypto.
#pragma once

#include <belfry/host.h>

#include <functional>
#include <span>
#include <string>

#include "kit/crypto.h"
#include "kit/log.h"

namespace belfry::plugins {

/// HMAC of a credential's secret under the host's hashing key.
using KeyedHash = std::function<Digest256(std::string_view)>;

/// One per instance; outlives it. Thread-safe.
class HostServices {
 public:
  /// `keyed_hash` may be empty: the crypto service is then absent.
  HostServices(const Log& log, KeyedHash keyed_hash, std::string plugin, std::string instance);
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  const bf_host* abi() const { return &table_.host; }
  /// Logs that the plugin broke a rule in `call`, where nobody is left to be told.
  void reportFault(std::string_view call, std::string_view what) const;

 private:
  struct Table {
    bf_host host;  // first, so that a bf_host* leads back here
    const HostServices* self;
  };
  static const HostServices& self(const bf_host* host);
  static const void* get(const bf_host* host, const char* interface_id);
  void write(int32_t level, const bf_str& event, std::span<const bf_kv> fields) const;
  static void log(const bf_host* host, int32_t level, bf_str event, const bf_kv* fields, size_t n);
  static bf_status keyedHash(const bf_host* host, bf_str data, uint8_t out[32]);
  static int32_t equal(const bf_host* host, bf_str a, bf_str b);

  const Log& log_;
  const KeyedHash keyed_hash_;
  const std::string plugin_;
  const std::string instance_;
  Table table_;
};

}  // namespace belfry::plugins
