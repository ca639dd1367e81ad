#include "adapters/plugins/host_services.h"

#include <algorithm>
#include <cstring>

#include "adapters/plugins/plugin_calls.h"
#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/transforms.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostFields = 64;
constexpr std::size_t kMostSegments = 10'000;

}  // namespace

HostServices::HostServices(HostServiceParts parts, std::string plugin, std::string instance)
    : parts_(std::move(parts)),
      plugin_(std::move(plugin)),
      instance_(std::move(instance)),
      table_{{sizeof(bf_host), 0, &HostServices::get}, this} {}

const HostServices& HostServices::self(const bf_host* host) { return *reinterpret_cast<const Table*>(host)->self; }

const void* HostServices::get(const bf_host* host, const char* interface_id) {
  static const bf_log_v1 kLog{sizeof(bf_log_v1), 0, &HostServices::log};
  static const bf_metrics_v1 kMetrics{sizeof(bf_metrics_v1), 0, &HostServices::count};
  static const bf_crypto_v1 kCrypto{sizeof(bf_crypto_v1),  0,
                                    &HostServices::equal,  &HostServices::matches,
                                    &HostServices::hash,   &HostServices::verifyMac,
                                    &HostServices::verify, &HostServices::isSet};
  static const bf_credentials_v1 kCredentials{sizeof(bf_credentials_v1), 0, &HostServices::keyedHash};
  if (host == nullptr || interface_id == nullptr) return nullptr;
  const auto& parts = self(host).parts_;
  if (std::strcmp(interface_id, BF_LOG_1) == 0) return &kLog;
  if (std::strcmp(interface_id, BF_METRICS_1) == 0 && parts.count) return &kMetrics;
  if (std::strcmp(interface_id, BF_CRYPTO_1) == 0 && parts.signatures != nullptr) return &kCrypto;
  if (std::strcmp(interface_id, BF_CREDENTIALS_1) == 0 && parts.keyed_hash) return &kCredentials;
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
    case BF_LOG_DEBUG: return parts_.log.debug("plugin", line);
    case BF_LOG_INFO: return parts_.log.info("plugin", line);
    case BF_LOG_WARN: return parts_.log.warn("plugin", line);
    default: return parts_.log.error("plugin", line);
  }
}

void HostServices::reportFault(std::string_view call, std::string_view what) const {
  constexpr std::size_t kMost = 1000;
  parts_.log.error("plugin broke a rule",
                   {{"plugin", plugin_}, {"provider", instance_}, {"call", call}, {"what", shown(what, kMost)}});
}

bf_status HostServices::keyedHash(const bf_host* host, bf_str data, uint8_t out[32]) {
  return answerPlugin([&]() -> bf_status {
    if (host == nullptr || out == nullptr || !isView(data)) return BF_E_INVALID;
    auto digest = self(host).parts_.keyed_hash(view(data));
    std::copy(digest.begin(), digest.end(), out);
    return BF_OK;
  });
}

int32_t HostServices::equal(const bf_host*, bf_str a, bf_str b) {
  return isView(a) && isView(b) && constantTimeEquals(view(a), view(b)) ? 1 : 0;
}

void HostServices::count(const bf_host* host, bf_str event, uint64_t n) {
  answerPlugin([&]() -> bf_status {
    if (host == nullptr || !isView(event)) return BF_E_INVALID;
    self(host).parts_.count(self(host).plugin_, view(event), n);
    return BF_OK;
  });
}

bf_status HostServices::secret(const bf_seg& segment, std::string& value) const {
  if (segment.kind != BF_SEG_SECRET) return BF_E_DENIED;
  if (!isView(segment.s)) return BF_E_INVALID;
  std::string raw;
  if (auto status = secretValue(parts_.secrets, view(segment.s), raw); status != BF_OK) return status;
  return appendTransformed(value, raw, segment.xform);
}

int32_t HostServices::matches(const bf_host* host, const bf_seg* secret, bf_str presented) {
  int32_t same = 0;
  answerPlugin([&]() -> bf_status {
    if (host == nullptr || secret == nullptr || !isView(presented)) return BF_E_INVALID;
    std::string value;
    if (auto status = self(host).secret(*secret, value); status != BF_OK) return status;
    same = constantTimeEquals(value, view(presented)) ? 1 : 0;
    return BF_OK;
  });
  return same;
}

bf_status HostServices::hash(const bf_host* host, int32_t alg, bf_str data, uint8_t* out, size_t cap) {
  return answerPlugin([&]() -> bf_status {
    if (host == nullptr || out == nullptr || !isView(data)) return BF_E_INVALID;
    if (alg < BF_HASH_SHA1 || alg > BF_HASH_MD5) return BF_E_UNSUPPORTED;
    auto algorithm = alg == BF_HASH_SHA1     ? DigestAlgorithm::sha1
                     : alg == BF_HASH_SHA256 ? DigestAlgorithm::sha256
                                             : DigestAlgorithm::md5;
    auto digest = self(host).parts_.signatures->digest(algorithm, view(data));
    if (digest.size() > cap) return BF_E_LIMIT;
    std::copy(digest.begin(), digest.end(), out);
    return BF_OK;
  });
}

bf_status HostServices::verifyMac(const bf_host* host, int32_t alg, const bf_seg* key, const bf_seg* data,
                                  size_t n_data, bf_str mac) {
  return answerPlugin([&]() -> bf_status {
    if (host == nullptr || key == nullptr || !isArray(data, n_data, kMostSegments) || !isView(mac)) return BF_E_INVALID;
    if (alg != BF_MAC_HMAC_SHA1 && alg != BF_MAC_HMAC_SHA256) return BF_E_UNSUPPORTED;
    std::string secret, text;
    if (auto status = self(host).secret(*key, secret); status != BF_OK) return status;
    for (size_t i = 0; i < n_data; ++i) {
      const auto& piece = data[i];
      if (!isView(piece.s)) return BF_E_INVALID;
      auto status = piece.kind == BF_SEG_SECRET  ? self(host).secret(piece, text)
                    : piece.kind == BF_SEG_BYTES ? appendTransformed(text, view(piece.s), piece.xform)
                                                 : bf_status{BF_E_INVALID};
      if (status != BF_OK) return status;
    }
    auto algorithm = alg == BF_MAC_HMAC_SHA1 ? MacAlgorithm::hmac_sha1 : MacAlgorithm::hmac_sha256;
    auto made = self(host).parts_.signatures->mac(algorithm, secret, text);
    return constantTimeEquals(made, view(mac)) ? BF_OK : BF_E_DENIED;
  });
}

int32_t HostServices::isSet(const bf_host* host, bf_str secret) {
  if (host == nullptr || !isView(secret)) return 0;
  const auto& secrets = self(host).parts_.secrets;
  auto found = std::find_if(secrets.begin(), secrets.end(), [&](const auto& one) { return one.first == view(secret); });
  return found != secrets.end() && !found->second.empty() ? 1 : 0;
}

bf_status HostServices::verify(const bf_host* host, int32_t alg, int32_t key_form, bf_str key, bf_str data,
                               bf_str signature, int64_t at_ms) {
  return answerPlugin([&]() -> bf_status {
    if (host == nullptr || !isView(key) || !isView(data) || !isView(signature)) return BF_E_INVALID;
    if (alg < BF_PK_RSA_SHA1 || alg > BF_PK_ECDSA_P256_SHA256) return BF_E_UNSUPPORTED;
    if (key_form != BF_KEY_SPKI && key_form != BF_KEY_X509) return BF_E_UNSUPPORTED;
    auto algorithm = alg == BF_PK_RSA_SHA1     ? PublicKeyAlgorithm::rsa_pkcs1_sha1
                     : alg == BF_PK_RSA_SHA256 ? PublicKeyAlgorithm::rsa_pkcs1_sha256
                                               : PublicKeyAlgorithm::ecdsa_p256_sha256;
    auto form = key_form == BF_KEY_SPKI ? PublicKeyForm::spki : PublicKeyForm::certificate;
    auto good = self(host).parts_.signatures->verify(algorithm, form, view(key), view(data), view(signature),
                                                     TimePoint(std::chrono::milliseconds(at_ms)));
    if (!good) return BF_E_INVALID;
    return *good ? BF_OK : BF_E_DENIED;
  });
}

}  // namespace belfry::plugins
