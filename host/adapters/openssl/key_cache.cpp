#include "adapters/openssl/key_cache.h"

#include <algorithm>

#include "adapters/openssl/library_calls.h"
#include "adapters/openssl/private_key.h"

namespace belfry::openssl {
namespace {

/// Another owner of the same key: OpenSSL counts them.
KeyHandle share(const KeyHandle& key) {
  check(EVP_PKEY_up_ref(key.get()) == 1, "EVP_PKEY_up_ref");
  return KeyHandle(key.get());
}

}  // namespace

KeyHandle KeyCache::find(const Digest256& name) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return nullptr;
  entry->second.used = ++uses_;
  return share(entry->second.key);
}

void KeyCache::keep(const Digest256& name, const KeyHandle& key) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kCapacity) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                    [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
  entries_.insert_or_assign(name, Entry{share(key), ++uses_});
}

Result<KeyHandle, std::string> KeyCache::read(std::string_view pem) {
  const auto name = sha256(pem);
  if (auto known = find(name)) return known;
  auto key = readPrivateKey(pem);
  if (key.ok()) keep(name, *key);
  return key;
}

std::size_t KeyCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace belfry::openssl
