#include "services/identity/authentication.h"

#include <algorithm>

namespace belfry {
namespace {

Problem unauthenticated(std::string detail) { return {ErrorCode::unauthenticated, std::move(detail), {}, 0}; }

std::vector<Role> rolesOf(const Claims& claims) {
  std::vector<Role> roles;
  for (const auto& name : claims.roles)
    if (auto role = parseRole(name)) roles.push_back(*role);
  return roles;
}

/// Scopes of the roles, narrowed by those of the credential if it names any.
std::set<Scope> scopesOf(const std::vector<Role>& roles, const Claims& claims) {
  std::set<Scope> scopes;
  for (Scope scope : allScopes()) {
    bool granted = std::any_of(roles.begin(), roles.end(), [&](Role role) { return grants(role, scope); });
    bool named = claims.scopes.empty() ||
                 std::find(claims.scopes.begin(), claims.scopes.end(), toText(scope)) != claims.scopes.end();
    if (granted && named) scopes.insert(scope);
  }
  return scopes;
}

/// The subject of an end user's credential is `user:ID`.
std::string userOf(const Claims& claims) {
  constexpr std::string_view kUserPrefix = "user:";
  return claims.subject.starts_with(kUserPrefix) ? claims.subject.substr(kUserPrefix.size()) : std::string();
}

}  // namespace

Authentication::Authentication(Authenticators& plugins, const Directory& directory, const Clock& clock,
                               AuthenticationSettings settings)
    : plugins_(plugins), directory_(directory), clock_(clock), settings_(settings) {}

Result<Caller, Problem> Authentication::authenticate(const std::optional<PresentedCredential>& credential,
                                                     const std::string& act_on) {
  if (!credential) return failure(unauthenticated("no credential: send X-API-Key, or Authorization: Bearer"));
  auto digest = sha256(credential->scheme + '\n' + credential->value);
  unsigned long generation;
  {
    std::lock_guard lock(mutex_);
    auto known = remembered_.find(digest);
    if (known != remembered_.end() && clock_.now() < known->second.until) return actOn(known->second.caller, act_on);
    generation = generation_;
  }
  std::optional<TimePoint> expires_at;
  auto caller = askPlugins(*credential, expires_at);
  if (!caller) return caller;
  auto until = clock_.now() + settings_.remember;
  if (expires_at) until = std::min(until, *expires_at);
  {
    std::lock_guard lock(mutex_);
    if (generation == generation_) {
      if (remembered_.size() >= kMostRemembered) remembered_.clear();
      remembered_.insert_or_assign(digest, Remembered{*caller, until});
    }
  }
  return actOn(std::move(caller).value(), act_on);
}

void Authentication::clear() {
  std::lock_guard lock(mutex_);
  remembered_.clear();
  ++generation_;
}

Result<Caller, Problem> Authentication::askPlugins(const PresentedCredential& credential,
                                                   std::optional<TimePoint>& expires_at) {
  for (const auto& plugin : plugins_.names()) {
    auto outcome = plugins_.authenticate(plugin, credential);
    if (auto* claims = std::get_if<Claims>(&outcome)) {
      expires_at = claims->expires_at;
      return toCaller(plugin, *claims);
    }
    if (auto* refused = std::get_if<AuthRefused>(&outcome))
      return failure(unauthenticated(refused->detail + " (" + refused->code + ")"));
  }
  return failure(unauthenticated("no auth plugin knows this kind of credential"));
}

Result<Caller, Problem> Authentication::toCaller(const std::string& plugin, const Claims& claims) const {
  auto tenant = directory_.find(claims.tenant);
  if (!tenant) return failure(unauthenticated("the credential's tenant does not exist"));
  const auto& allowed = tenant->row.auth;
  if (std::find(allowed.begin(), allowed.end(), plugin) == allowed.end()) {
    return failure(
        unauthenticated("tenant '" + claims.tenant + "' does not accept credentials of plugin '" + plugin + "'"));
  }
  Caller caller{tenant->row.id, tenant->row.slug, claims.subject, rolesOf(claims), {}, userOf(claims)};
  caller.scopes = scopesOf(caller.roles, claims);
  return caller;
}

Result<Caller, Problem> Authentication::actOn(Caller caller, const std::string& slug) const {
  if (slug.empty() || slug == caller.tenant_slug) return caller;
  if (!caller.isPlatformAdmin()) {
    return failure(Problem{ErrorCode::forbidden, "X-Tenant: only the platform admin may act on another tenant", {}, 0});
  }
  auto tenant = directory_.find(slug);
  if (!tenant)
    return failure(Problem{ErrorCode::not_found, "X-Tenant: there is no tenant '" + shorten(slug) + "'", {}, 0});
  caller.tenant = tenant->row.id;
  caller.tenant_slug = tenant->row.slug;
  caller.user_id.clear();  // a user is one tenant's
  return caller;
}

}  // namespace belfry
