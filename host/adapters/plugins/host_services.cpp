#include "adapters/plugins/host_services.h"

#include <algorithm>
#include <cstring>

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {

HostServices::HostServices(const Log& log, KeyedHash keyed_hash, std::string plugin, std::string instance)
    : log_(log),
      keyed_hash_(std::move(keyed_hash)),
      plugin_(std::move(plugin)),
      instance_(std::move(instance)),
      table_{{sizeof(bf_host), 0, &HostServices::get}, this} {}

const HostServices& HostServices::self(const bf_host* host) { return *reinterpret_cast<const Table*>(host)->self; }

const void* HostServices::get(const bf_host* host, const char* interface_id) {
  static const bf_log_v1 kLog{sizeof(bf_log_v1), 0, &HostServices::log};
  static const bf_crypto_v1 kCrypto{sizeof(bf_crypto_v1), 0, &HostServices::keyedHash, &HostServices::equal};
  if (std::strcmp(interface_id, BF_LOG_1) == 0) return &kLog;
  if (std::strcmp(interface_id, BF_CRYPTO_1) == 0 && self(host).keyed_hash_) return &kCrypto;
  return nullptr;
}

void HostServices::log(const bf_host* host, int32_t level, bf_str event, const bf_kv* fields, size_t n) {
  const auto& services = self(host);
  std::string text;
  for (size_t i = 0; i < n; ++i) text += (i == 0 ? "" : ", ") + copy(fields[i].key) + "=" + copy(fields[i].value);
  Log::Fields line{{"plugin", services.plugin_}, {"provider", services.instance_}, {"message", view(event)}, {"fields", text}};
  switch (level) {
    case BF_LOG_DEBUG:
      return services.log_.debug("plugin", line);
    case BF_LOG_INFO:
      return services.log_.info("plugin", line);
    case BF_LOG_WARN:
      return services.log_.warn("plugin", line);
    default:
      return services.log_.error("plugin", line);
  }
}

bf_status HostServices::keyedHash(const bf_host* host, bf_str data, uint8_t out[32]) {
  auto digest = self(host).keyed_hash_(view(data));
  std::copy(digest.begin(), digest.end(), out);
  return BF_OK;
}

int32_t HostServices::equal(const bf_host*, bf_str a, bf_str b) { return constantTimeEquals(view(a), view(b)) ? 1 : 0; }

}  // namespace belfry::plugins
