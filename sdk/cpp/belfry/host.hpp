// What the host offers outside of operations.
#pragma once

#include <belfry/host.h>
#include <belfry/op.hpp>
#include <belfry/rope.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry {

/// What the host offers outside of operations. Services that this host lacks are null.
class Host {
 public:
  Host() = default;
  explicit Host(const bf_host* host) : host_(host) {
    log_ = static_cast<const bf_log_v1*>(host->get(host, BF_LOG_1));
    crypto_ = static_cast<const bf_crypto_v1*>(host->get(host, BF_CRYPTO_1));
  }

  void log(std::int32_t level, std::string_view event, const bf_kv* fields = nullptr, std::size_t n = 0) const {
    if (log_ && BF_HAS(log_, log)) log_->log(host_, level, str(event), fields, n);
  }

  bool hasCrypto() const { return crypto_ && BF_HAS(crypto_, equal); }
  /// HMAC-SHA256 under the host's credential-hashing key. Throws VerbFailed.
  std::string keyedHash(std::string_view data) const {
    std::uint8_t out[32];
    const bf_status status = crypto_->keyed_hash(host_, str(data), out);
    if (status != BF_OK) throw VerbFailed(status);
    return {reinterpret_cast<const char*>(out), sizeof out};
  }
  /// Time depends on the lengths only.
  bool equal(std::string_view a, std::string_view b) const { return crypto_->equal(host_, str(a), str(b)) == 1; }

 private:
  const bf_host* host_ = nullptr;
  const bf_log_v1* log_ = nullptr;
  const bf_crypto_v1* crypto_ = nullptr;
};

}  // namespace belfry
