#include "api/rest/tenant_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/tenant_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "e";

std::string slugOf(const Tenant& tenant) { return tenant.slug; }

/// What the caller may know of.
std::vector<Tenant> visible(CatalogueStore& store, const Caller& caller) {
  auto tenants = store.tenants();
  if (!caller.isPlatformAdmin())
    std::erase_if(tenants, [&](const Tenant& tenant) { return tenant.id != caller.tenant; });
  return tenants;
}

Answer list(CatalogueStore& store, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto tenants = takePage(visible(store, call.caller), *page, slugOf);
  return jsonResponse(200, pageJson(tenants, page->limit, kCursorKind, slugOf, writeTenant));
}

Answer show(CatalogueStore& store, const Call& call) {
  for (const auto& tenant : visible(store, call.caller))
    if (tenant.slug == call.params[0]) return jsonResponse(200, tenantJson(tenant));
  return failure(notFound("there is no tenant '" + shorten(call.params[0]) + "'"));
}

FieldErrors unknownPlugins(const NewTenant& wanted, const Authenticators& authenticators) {
  FieldErrors errors;
  std::string known;
  for (const auto& name : authenticators.names()) known += (known.empty() ? "" : ", ") + name;
  for (std::size_t i = 0; i < wanted.auth.size(); ++i) {
    if (authenticators.has(wanted.auth[i])) continue;
    errors.push_back({"/auth/" + std::to_string(i), FieldErrorCode::not_found, "is not an auth plugin of this host",
                      shorten(wanted.auth[i]), known});
  }
  return errors;
}

Answer create(CatalogueStore& store, const Authenticators& authenticators,
              const std::function<void()>& refresh_catalogue, const Call& call) {
  if (!call.caller.isPlatformAdmin()) {
    return failure(Problem{ErrorCode::forbidden, "only the platform admin may create tenants", {}, 0});
  }
  auto wanted = parseTenant(call.request.body);
  if (!wanted) return failure(std::move(wanted).error());
  if (wanted->auth.empty()) wanted->auth = {"apikey"};
  auto errors = unknownPlugins(*wanted, authenticators);
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  auto created = store.createTenant(wanted->slug, wanted->name, wanted->auth);
  if (!created) {
    return failure(
        Problem{ErrorCode::conflict,
                "there is a tenant '" + wanted->slug + "' already",
                {{"/slug", FieldErrorCode::duplicate, "is taken", wanted->slug, "a slug that no tenant has"}},
                0});
  }
  if (refresh_catalogue) refresh_catalogue();
  auto response = jsonResponse(201, tenantJson(*created));
  response.headers.add("Location", "/api/v1/admin/tenants/" + created->slug);
  return response;
}

}  // namespace

void addTenantOperations(Router& router, CatalogueStore& store, const Authenticators& authenticators,
                         std::function<void()> refresh_catalogue) {
  const std::string base = "/api/v1/admin/tenants";
  router.add(lists(base, Scope::tenants_read, [&store](const Call& call) { return list(store, call); }));
  router.add(takes(base, Scope::tenants_write, 64 * 1024,
                   [&store, &authenticators, refresh = std::move(refresh_catalogue)](const Call& call) {
                     return create(store, authenticators, refresh, call);
                   }));
  router.add(reads(base + "/{slug}", Scope::tenants_read, [&store](const Call& call) { return show(store, call); }));
}

}  // namespace belfry
