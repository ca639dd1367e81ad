// What an instance can ask of the host outside of operations: log, metrics and cryptography.
#pragma once

#include <belfry/host.h>

#include <functional>
#include <span>
#include <string>

#include "adapters/plugins/instance_context.h"
#include "kit/crypto.h"
#include "kit/log.h"
#include "ports/signatures.h"

namespace belfry::plugins {

/// HMAC of a credential's secret under the host's hashing key.
using KeyedHash = std::function<Digest256(std::string_view)>;

/// Counts an event of a plugin.
using CountEvent = std::function<void(const std::string& plugin, std::string_view event, std::uint64_t n)>;

struct HostServiceParts {
  const Log& log;
  Signatures* signatures = nullptr;  ///< nullptr: no belfry.crypto/1
  CountEvent count;                  ///< empty: no belfry.metrics/1
  KeyedHash keyed_hash;              ///< empty: no belfry.credentials/1
  Secrets secrets;                   ///< of the instance
};

/// One per instance; outlives it. Thread-safe.
class HostServices {
 public:
  HostServices(HostServiceParts parts, std::string plugin, std::string instance);
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
  static void count(const bf_host* host, bf_str event, uint64_t n);
  static bf_status keyedHash(const bf_host* host, bf_str data, uint8_t out[32]);
  static int32_t equal(const bf_host* host, bf_str a, bf_str b);
  static int32_t matches(const bf_host* host, const bf_seg* secret, bf_str presented);
  static bf_status hash(const bf_host* host, int32_t alg, bf_str data, uint8_t* out, size_t cap);
  static bf_status verifyMac(const bf_host* host, int32_t alg, const bf_seg* key, const bf_seg* data, size_t n_data,
                             bf_str mac);
  static int32_t isSet(const bf_host* host, bf_str secret);
  static bf_status verify(const bf_host* host, int32_t alg, int32_t key_form, bf_str key, bf_str data, bf_str signature,
                          int64_t at_ms);
  bf_status secret(const bf_seg& segment, std::string& value) const;

  const HostServiceParts parts_;
  const std::string plugin_;
  const std::string instance_;
  Table table_;
};

}  // namespace belfry::plugins
