// Personal data at rest: encrypts single columns of single rows under keys of their tenant.
//
//   master key ──HKDF──▶ wrapping key ──AES-256-GCM──▶ tenant key (tenants.wrapped_key) ──HKDF(id, table.column)──▶ row
//   key
//
// A value opens only where it was sealed: tenant, table, column and row id are authenticated with it, so ciphertexts
// cannot be moved between rows. Sealed values and wrapped keys begin with one byte that names format and key
// generation, for rotation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kit/crypto.h"
#include "kit/uuid.h"
#include "model/ids.h"

namespace belfry::pg {

/// A tenant has no key, or the master key does not fit it.
class KeyringError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thread-safe; keys stay unwrapped in a bounded cache (least recently used leaves first).
class Keyring {
 public:
  /// Gives tenants.wrapped_key, or an empty string for a tenant that is not there. Called without a lock held, from any
  /// thread.
  using LoadWrappedKey = std::function<std::string(TenantId)>;

  /// Stored beside each lookupHash, so that a later generation can be told apart.
  static constexpr std::uint8_t kLookupKeyId = 1;

  Keyring(const Key256& master, LoadWrappedKey load, std::size_t max_cached = 4096);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  /// A new random key for a new tenant, wrapped: store it as tenants.wrapped_key. Not cached.
  std::string wrapNewKey(TenantId tenant) const;

  /// Throws KeyringError when the tenant's key cannot be had.
  std::string seal(TenantId tenant, std::string_view table, std::string_view column, const Uuid& id,
                   std::string_view plaintext);
  /// nullopt when the bytes were changed or belong to another tenant, table, column or row. Throws KeyringError as
  /// above.
  std::optional<std::string> open(TenantId tenant, std::string_view table, std::string_view column, const Uuid& id,
                                  std::string_view sealed);
  /// Keyed hash for equality look-up, e.g. purpose "suppression.email"; the caller normalises `text` first.
  Digest256 lookupHash(TenantId tenant, std::string_view purpose, std::string_view text);

  /// Drops a tenant's key from the cache: it was rotated, or destroyed to erase the tenant.
  void forget(TenantId tenant);

 private:
  struct Entry {
    Uuid tenant;
    Key256 key;
  };

  Key256 tenantKey(TenantId tenant);
  Key256 unwrap(TenantId tenant, std::string_view wrapped) const;
  std::optional<Key256> cached(const Uuid& tenant);
  void remember(const Uuid& tenant, const Key256& key);

  Key256 wrapping_key_;
  LoadWrappedKey load_;
  const std::size_t max_cached_;
  std::mutex mutex_;
  std::list<Entry> entries_;                                        // guarded by mutex_; most recently used first
  std::unordered_map<Uuid, std::list<Entry>::iterator> by_tenant_;  // guarded by mutex_
};

}  // namespace belfry::pg
