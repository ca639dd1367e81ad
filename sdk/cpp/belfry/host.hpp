// What the host offers outside of operations. Services that this host lacks are absent.
#pragma once

#include <belfry/host.h>
#include <belfry/op.hpp>
#include <belfry/rope.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry {

class Host {
 public:
  Host() = default;
  explicit Host(const bf_host* host) : host_(host) {
    log_ = static_cast<const bf_log_v1*>(host->get(host, BF_LOG_1));
    metrics_ = static_cast<const bf_metrics_v1*>(host->get(host, BF_METRICS_1));
    crypto_ = static_cast<const bf_crypto_v1*>(host->get(host, BF_CRYPTO_1));
    credentials_ = static_cast<const bf_credentials_v1*>(host->get(host, BF_CREDENTIALS_1));
  }

  void log(std::int32_t level, std::string_view event, const bf_kv* fields = nullptr, std::size_t n = 0) const {
    if (log_ && BF_HAS(log_, log)) log_->log(host_, level, str(event), fields, n);
  }
  void count(std::string_view event, std::uint64_t n = 1) const {
    if (metrics_ && BF_HAS(metrics_, count)) metrics_->count(host_, str(event), n);
  }

  bool hasCrypto() const { return crypto_ && BF_HAS(crypto_, verify); }
  /// Time depends on the lengths only. Throws VerbFailed without the service, as the following do.
  bool equal(std::string_view a, std::string_view b) const { return crypto().equal(host_, str(a), str(b)) == 1; }
  /// Whether what was presented is the value of a secret; false when that is not set.
  bool matches(std::string_view secret, std::string_view presented) const {
    const bf_seg segment = secretSegment(secret);
    return crypto().matches(host_, &segment, str(presented)) == 1;
  }
  /// Whether the instance has a secret of that name; false on a host that cannot say.
  bool isSet(std::string_view secret) const {
    return crypto_ && BF_HAS(crypto_, is_set) && crypto_->is_set(host_, str(secret)) == 1;
  }
  /// BF_HASH_*: 20, 32 or 16 raw bytes. Throws VerbFailed.
  std::string hash(std::int32_t alg, std::string_view data) const {
    std::uint8_t out[32];
    const bf_status status = crypto().hash(host_, alg, str(data), out, sizeof out);
    if (status != BF_OK) throw VerbFailed(status);
    const std::size_t length = alg == BF_HASH_SHA256 ? 32 : alg == BF_HASH_SHA1 ? 20 : 16;
    return {reinterpret_cast<const char*>(out), length};
  }
  /// Whether `mac` (raw bytes) is the BF_MAC_* of data under a secret; false when that is not set.
  bool verifyMac(std::int32_t alg, std::string_view secret, const Rope& data, std::string_view mac,
                 std::int32_t key_xform = BF_XFORM_RAW) const {
    const bf_seg key = secretSegment(secret, key_xform);
    const auto segments = data.segments();
    return crypto().verify_mac(host_, alg, &key, segments.data(), segments.size(), str(mac)) == BF_OK;
  }
  /// Whether a BF_PK_* signature is that of data; false also for a key that is none, or a certificate not valid then.
  bool verify(std::int32_t alg, std::int32_t key_form, std::string_view key, std::string_view data,
              std::string_view signature, std::int64_t at_ms) const {
    return crypto().verify(host_, alg, key_form, str(key), str(data), str(signature), at_ms) == BF_OK;
  }

  bool hasCredentials() const { return credentials_ && BF_HAS(credentials_, keyed_hash); }
  /// Auth plugins: HMAC-SHA256 under the host's credential-hashing key. Throws VerbFailed.
  std::string keyedHash(std::string_view data) const {
    if (!hasCredentials()) throw VerbFailed(BF_E_UNSUPPORTED);
    std::uint8_t out[32];
    const bf_status status = credentials_->keyed_hash(host_, str(data), out);
    if (status != BF_OK) throw VerbFailed(status);
    return {reinterpret_cast<const char*>(out), sizeof out};
  }

 private:
  const bf_crypto_v1& crypto() const {
    if (!hasCrypto()) throw VerbFailed(BF_E_UNSUPPORTED);
    return *crypto_;
  }

  const bf_host* host_ = nullptr;
  const bf_log_v1* log_ = nullptr;
  const bf_metrics_v1* metrics_ = nullptr;
  const bf_crypto_v1* crypto_ = nullptr;
  const bf_credentials_v1* credentials_ = nullptr;
};

}  // namespace belfry
