#include "services/identity/subscriber_tokens.h"

#include "kit/crypto.h"
#include "services/identity/token_text.h"

namespace belfry {
namespace {

constexpr int kMostLive = 2;

/// 256 bits as text, so that it can be pasted into a configuration.
std::string newSecret() { return toBase64Url(randomBytes(kLeastSecretBytes)); }

}  // namespace

SubscriberTokens::SubscriberTokens(SubscriberKeyStore& store, const Directory& directory, const Clock& clock)
    : store_(store), directory_(directory), clock_(clock) {}

SubscriberToken SubscriberTokens::mint(const Caller& caller, const TokenWish& wish) {
  auto keys = live(caller.tenant);
  if (keys.empty()) {
    store_.create(caller.tenant, newSecret(), 1);  // when another was quicker, its key is as good
    clear();
    keys = live(caller.tenant);
  }
  if (keys.empty()) throw std::runtime_error("the tenant's subscriber key was retired while a token was made");
  const auto now = clock_.now();
  TokenClaims claims{caller.tenant_slug, wish.user_id, wish.user_type, now, now + wish.ttl};
  return {signedToken(claims, keys.front()), claims.expires_at};
}

Result<IssuedSubscriberKey, Problem> SubscriberTokens::createKey(TenantId tenant) {
  auto secret = newSecret();
  auto made = store_.create(tenant, secret, kMostLive);
  if (!made) {
    return failure(Problem{ErrorCode::state_conflict,
                           "the tenant has " + std::to_string(kMostLive) +
                               " live keys already; retire the older one once its tokens have run out",
                           {},
                           0});
  }
  clear();
  return IssuedSubscriberKey{*made, std::move(secret)};
}

std::vector<SubscriberKey> SubscriberTokens::listKeys(TenantId tenant) { return store_.list(tenant); }

Result<SubscriberKey, Problem> SubscriberTokens::retireKey(TenantId tenant, const std::string& id) {
  const auto parsed = SubscriberKeyId::parse(id);
  auto retired = parsed ? store_.retire(tenant, *parsed) : std::nullopt;
  if (!retired)
    return failure(Problem{ErrorCode::not_found, "there is no subscriber key '" + shorten(id) + "'", {}, 0});
  clear();
  return *retired;
}

std::vector<std::string> SubscriberTokens::secrets(std::string_view tenant_slug) {
  const auto tenant = directory_.find(tenant_slug);
  std::vector<std::string> texts;
  if (!tenant) return texts;
  for (auto& key : live(tenant->row.id)) texts.push_back(std::move(key.secret));
  return texts;
}

void SubscriberTokens::clear() {
  std::lock_guard lock(mutex_);
  remembered_.clear();
  ++generation_;
}

std::vector<SubscriberSecret> SubscriberTokens::live(TenantId tenant) {
  unsigned long generation;
  {
    std::lock_guard lock(mutex_);
    if (const auto known = remembered_.find(tenant); known != remembered_.end()) return known->second;
    generation = generation_;
  }
  auto keys = store_.live(tenant);
  std::lock_guard lock(mutex_);
  if (generation == generation_) remembered_.insert_or_assign(tenant, keys);
  return keys;
}

}  // namespace belfry
