#include "adapters/postgres/keyring.h"

#include <string.h>  // explicit_bzero

namespace belfry::pg {
namespace {

constexpr char kFirstGeneration = 1;

std::string_view view(const Uuid& id) { return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}; }

Key256 keyFrom(std::string_view bytes) {
  Key256 key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(bytes[i]);
  return key;
}

std::string wrapAad(TenantId tenant) { return "belfry tenant key" + std::string(view(tenant.value)); }

/// Names are our own identifiers without NUL and ids have a fixed size, so no two places share a text.
std::string place(TenantId tenant, std::string_view table, std::string_view column, const Uuid& id) {
  std::string aad(view(tenant.value));
  aad.append(table).push_back('\0');
  aad.append(column).push_back('\0');
  return aad.append(view(id));
}

Key256 rowKey(const Key256& tenant_key, std::string_view table, std::string_view column, const Uuid& id) {
  return hkdfSha256(asView(tenant_key), view(id), std::string(table) + "." + std::string(column));
}

}  // namespace

Keyring::Keyring(const Key256& master, LoadWrappedKey load, std::size_t max_cached)
    : wrapping_key_(hkdfSha256(asView(master), "", "belfry wrapping key")),
      load_(std::move(load)),
      max_cached_(max_cached) {}

Keyring::~Keyring() {
  ::explicit_bzero(wrapping_key_.data(), wrapping_key_.size());
  for (Entry& entry : entries_) ::explicit_bzero(entry.key.data(), entry.key.size());
}

std::string Keyring::wrapNewKey(TenantId tenant) const {
  const std::string key = randomBytes(sizeof(Key256));
  return kFirstGeneration + aesGcmSeal(wrapping_key_, key, wrapAad(tenant));
}

std::string Keyring::seal(TenantId tenant, std::string_view table, std::string_view column, const Uuid& id,
                          std::string_view plaintext) {
  const Key256 key = rowKey(tenantKey(tenant), table, column, id);
  return kFirstGeneration + aesGcmSeal(key, plaintext, place(tenant, table, column, id));
}

std::optional<std::string> Keyring::open(TenantId tenant, std::string_view table, std::string_view column,
                                         const Uuid& id, std::string_view sealed) {
  const Key256 tenant_key = tenantKey(tenant);
  if (sealed.empty() || sealed.front() != kFirstGeneration) return std::nullopt;
  const Key256 key = rowKey(tenant_key, table, column, id);
  return aesGcmOpen(key, sealed.substr(1), place(tenant, table, column, id));
}

Digest256 Keyring::lookupHash(TenantId tenant, std::string_view purpose, std::string_view text) {
  const Key256 key = hkdfSha256(asView(tenantKey(tenant)), "", "belfry lookup " + std::string(purpose));
  return hmacSha256(asView(key), text);
}

Key256 Keyring::tenantKey(TenantId tenant) {
  if (const auto key = cached(tenant.value)) return *key;
  const Key256 key = unwrap(tenant, load_(tenant));
  remember(tenant.value, key);
  return key;
}

Key256 Keyring::unwrap(TenantId tenant, std::string_view wrapped) const {
  if (wrapped.empty()) throw KeyringError("tenant " + tenant.toString() + " has no key");
  if (wrapped.front() != kFirstGeneration)
    throw KeyringError("tenant " + tenant.toString() + ": key of an unknown format");
  const auto key = aesGcmOpen(wrapping_key_, wrapped.substr(1), wrapAad(tenant));
  if (!key || key->size() != sizeof(Key256)) {
    throw KeyringError(
        "the master key does not open the key of tenant " + tenant.toString() +
        ": it is another master key than the one this database was filled with, or the stored key is damaged");
  }
  return keyFrom(*key);
}

std::optional<Key256> Keyring::cached(const Uuid& tenant) {
  const std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->key;
}

void Keyring::remember(const Uuid& tenant, const Key256& key) {
  const std::lock_guard lock(mutex_);
  if (max_cached_ == 0 || by_tenant_.contains(tenant)) return;
  if (entries_.size() == max_cached_) {
    by_tenant_.erase(entries_.back().tenant);
    ::explicit_bzero(entries_.back().key.data(), sizeof(Key256));
    entries_.pop_back();
  }
  entries_.push_front({tenant, key});
  by_tenant_.emplace(tenant, entries_.begin());
}

void Keyring::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant.value);
  if (found == by_tenant_.end()) return;
  ::explicit_bzero(found->second->key.data(), sizeof(Key256));
  entries_.erase(found->second);
  by_tenant_.erase(found);
}

}  // namespace belfry::pg
