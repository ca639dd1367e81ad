// Private keys that were read lately.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "adapters/openssl/handles.h"
#include "kit/crypto.h"
#include "kit/result.h"

namespace belfry::openssl {

/// Reading a PEM takes OpenSSL 3.0 longer (350 µs) than an RSA-2048 signature (300 µs) and twelve times as long as one
/// of ES256, measured by tests/bench/signatures_bench.cpp; and one key signs every mail of a tenant. Texts are told
/// apart by their SHA-256; none is kept. Texts that hold no key are read anew each time. Thread-safe.
class KeyCache {
 public:
  static constexpr std::size_t kCapacity = 256;  ///< then the key that was not used for longest goes

  /// As readPrivateKey (private_key.h).
  Result<KeyHandle, std::string> read(std::string_view pem);

  std::size_t size() const;

 private:
  struct Entry {
    KeyHandle key;
    std::uint64_t used = 0;
  };

  KeyHandle find(const Digest256& name);
  void keep(const Digest256& name, const KeyHandle& key);

  mutable std::mutex mutex_;
  std::map<Digest256, Entry> entries_;  // guarded by mutex_
  std::uint64_t uses_ = 0;              // guarded by mutex_
};

}  // namespace belfry::openssl
