#include "services/identity/api_keys.h"

#include <algorithm>

#include "services/identity/api_key_text.h"

namespace belfry {
namespace {

constexpr std::string_view kHomeOfPlatformAdmins = "default";

Problem forbidden(std::string detail) { return {ErrorCode::forbidden, std::move(detail), {}, 0}; }

bool contains(const auto& all, const auto& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

bool anyGrants(const std::vector<Role>& roles, Scope scope) {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) { return grants(role, scope); });
}

/// A scope that no role grants would never do anything.
std::optional<Problem> checkWish(const KeyWish& wish, TimePoint now) {
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < wish.scopes.size(); ++i) {
    if (anyGrants(wish.roles, wish.scopes[i])) continue;
    errors.push_back({"/scopes/" + std::to_string(i), FieldErrorCode::not_allowed, "is granted by none of the roles",
                      std::string(toText(wish.scopes[i])), "a scope of the key's roles"});
  }
  if (wish.expires_at && *wish.expires_at <= now) {
    errors.push_back({"/expiresAt", FieldErrorCode::in_the_past, "has passed", formatRfc3339(*wish.expires_at),
                      "a time from now on"});
  }
  if (errors.empty()) return std::nullopt;
  auto detail = std::to_string(errors.size()) + (errors.size() == 1 ? " field is not valid" : " fields are not valid");
  return Problem{ErrorCode::validation_failed, std::move(detail), std::move(errors), 0};
}

std::optional<Problem> checkMayGrant(const Caller& caller, const KeyWish& wish) {
  if (contains(wish.roles, Role::platform_admin)) {
    if (!caller.isPlatformAdmin())
      return forbidden("role platform-admin cannot be granted by others than a platform admin");
    if (caller.tenant_slug != kHomeOfPlatformAdmins) {
      return forbidden("role platform-admin cannot be granted in tenant '" + caller.tenant_slug +
                       "'; allowed: tenant 'default'");
    }
  }
  for (const auto scope : allScopes()) {
    const bool wished = anyGrants(wish.roles, scope) && (wish.scopes.empty() || contains(wish.scopes, scope));
    if (wished && !caller.may(scope)) {
      return forbidden("scope " + std::string(toText(scope)) + " cannot be granted: the caller does not have it");
    }
  }
  return std::nullopt;
}

template <class Words>
std::vector<std::string> texts(const Words& words) {
  std::vector<std::string> all;
  for (const auto word : words) all.emplace_back(toText(word));
  return all;
}

}  // namespace

ApiKeys::ApiKeys(KeyStore& store, Authentication& authentication, const Clock& clock)
    : store_(store), authentication_(authentication), clock_(clock) {}

Result<IssuedKey, Problem> ApiKeys::issue(const Caller& caller, const KeyWish& wish) {
  if (auto problem = checkWish(wish, clock_.now())) return failure(std::move(*problem));
  if (auto problem = checkMayGrant(caller, wish)) return failure(std::move(*problem));
  const auto minted = mintApiKey();
  auto row = store_.create(caller.tenant, {minted.public_id, wish.name, store_.hash(minted.secret), texts(wish.roles),
                                           texts(wish.scopes), wish.expires_at});
  return IssuedKey{std::move(row), minted.text()};
}

std::optional<ApiKey> ApiKeys::find(TenantId tenant, ApiKeyId id) {
  // The store pages downwards from an id that is left out: the one above leaves this one as the first.
  auto above = id;
  for (auto byte = above.value.bytes.rbegin(); byte != above.value.bytes.rend() && ++*byte == 0; ++byte) {
  }
  for (auto& key : store_.list(tenant, above, 1))
    if (key.id == id) return std::move(key);
  return std::nullopt;
}

Result<ApiKey, Problem> ApiKeys::revoke(const Caller& caller, ApiKeyId id) {
  const auto unknown = Problem{ErrorCode::not_found, "there is no key '" + id.toString() + "'", {}, 0};
  const auto key = find(caller.tenant, id);
  if (!key) return failure(unknown);
  if (contains(key->roles, toText(Role::platform_admin)) && !caller.isPlatformAdmin()) {
    return failure(forbidden("a platform admin's key cannot be revoked by others than a platform admin"));
  }
  auto revoked = store_.revoke(caller.tenant, id);
  if (!revoked) return failure(unknown);
  authentication_.clear();
  return std::move(*revoked);
}

std::vector<ApiKey> ApiKeys::list(const Caller& caller, std::optional<ApiKeyId> before, int limit) {
  return store_.list(caller.tenant, before, limit);
}

}  // namespace belfry
