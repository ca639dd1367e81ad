#include "adapters/plugins/host_services.h"

#include <algorithm>
#include <cstring>

#include "adapters/plugins/plugin_calls.h"
#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostFields = 64;

}  // namespace

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
  if (host == nullptr || interface_id == nullptr) return nullptr;
  if (std::strcmp(interface_id, BF_LOG_1) == 0) return &kLog;
  if (std::strcmp(interface_id, BF_CRYPTO_1) == 0 && self(host).keyed_hash_) return &kCrypto;
  return nullptr;
}

void HostServices::log(const bf_host* host, int32_t level, bf_str event, const bf_kv* fields, size_t n) {
  // A line that cannot be written is lost: there is no way to tell the plugin, and a log must not stop its host.
  answerPlugin([&]() -> bf_status {
    if (host == nullptr) return BF_E_INVALID;
    self(host).write(level, event, isArray(fields, n, kMostFields) ? std::span(fields, n) : std::span<const bf_kv>());
    return BF_OK;
  });
}

void HostServices::write(int32_t level, const bf_str& event, std::span<const bf_kv> fields) const {
  constexpr std::size_t kMost = 1000;
  auto said = [](const bf_str& text) { return isView(text) ? shown(view(text), kMost) : std::string("?"); };
  std::string text;
  for (const auto& field : fields) text += (text.empty() ? "" : ", ") + said(field.key) + "=" + said(field.value);
  const auto message = said(event);
  Log::Fields line{{"plugin", plugin_}, {"provider", instance_}, {"message", message}, {"fields", text}};
  switch (level) {
    case BF_LOG_DEBUG: return log_.debug("plugin", line);
    case BF_LOG_INFO: return log_.info("plugin", line);
    case BF_LOG_WARN: return log_.warn("plugin", line);
    default: return log_.error("plugin", line);
  }
}

void HostServices::reportFault(std::string_view call, std::string_view what) const {
  constexpr std::size_t kMost = 1000;
  log_.error("plugin broke a rule",
             {{"plugin", plugin_}, {"provider", instance_}, {"call", call}, {"what", shown(what, kMost)}});
}

bf_status HostServices::keyedHash(const bf_host* host, bf_str data, uint8_t out[32]) {
  return answerPlugin([&]() -> bf_status {
    if (host == nullptr || out == nullptr || !isView(data)) return BF_E_INVALID;
    auto digest = self(host).keyed_hash_(view(data));
    std::copy(digest.begin(), digest.end(), out);
    return BF_OK;
  });
}

int32_t HostServices::equal(const bf_host*, bf_str a, bf_str b) {
  return isView(a) && isView(b) && constantTimeEquals(view(a), view(b)) ? 1 : 0;
}

}  // namespace belfry::plugins
