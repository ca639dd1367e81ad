#include "api/rest/provider_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/provider_json.h"
#include "api/rest/provider_wish_json.h"

namespace belfry {
namespace {

constexpr std::string_view kBase = "/api/v1/admin/providers";
constexpr std::string_view kCursorKind = "p";
constexpr std::size_t kMostBody = 256 * 1024;

std::string slugOf(const ProviderPtr& instance) { return instance->row.slug; }

std::vector<ProviderPtr> instancesOf(const Directory& directory, TenantId id) {
  auto tenant = directory.find(id);
  return tenant ? tenant->instances : std::vector<ProviderPtr>();
}

Answer list(const Directory& directory, const std::string& public_url, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto instances = takePage(instancesOf(directory, call.caller.tenant), *page, slugOf);
  return jsonResponse(
      200, pageJson(instances, page->limit, kCursorKind, slugOf,
                    [&](JsonWriter& json, const ProviderPtr& instance) { writeProvider(json, instance, public_url); }));
}

Answer create(Providers& providers, const std::string& public_url, const Call& call) {
  auto wish = parseProviderWish(call.request.body);
  if (!wish) return failure(std::move(wish).error());
  auto made = providers.create(call.caller.tenant, *wish);
  if (!made) return failure(std::move(made).error());
  auto answer = jsonResponse(201, providerJson(*made, public_url));
  answer.headers.set("Location", std::string(kBase) + "/" + wish->slug);
  return answer;
}

Answer change(Providers& providers, const std::string& public_url, const Call& call) {
  auto wish = parseProviderChange(call.request.body);
  if (!wish) return failure(std::move(wish).error());
  auto changed = providers.change(call.caller.tenant, call.params[0], *wish);
  if (!changed) return failure(std::move(changed).error());
  return jsonResponse(200, providerJson(*changed, public_url));
}

Answer remove(Providers& providers, const std::string& public_url, const Call& call) {
  auto removed = providers.remove(call.caller.tenant, call.params[0]);
  if (!removed) return failure(std::move(removed).error());
  return jsonResponse(200, providerJson(*removed, public_url));
}

Answer show(const Directory& directory, const std::string& public_url, const Call& call) {
  for (const auto& instance : instancesOf(directory, call.caller.tenant)) {
    if (instance->row.slug != call.params[0]) continue;
    return jsonResponse(200, providerJson(instance, public_url));
  }
  return failure(notFound("there is no provider '" + shorten(call.params[0]) + "'"));
}

}  // namespace

void addProviderOperations(Router& router, const Directory& directory, Providers& providers, std::string public_url) {
  const std::string base(kBase);
  router.add(lists(base, Scope::providers_read,
                   [&directory, public_url](const Call& call) { return list(directory, public_url, call); }));
  router.add(reads(base + "/{id}", Scope::providers_read,
                   [&directory, public_url](const Call& call) { return show(directory, public_url, call); }));
  router.add(takes(base, Scope::providers_write, kMostBody,
                   [&providers, public_url](const Call& call) { return create(providers, public_url, call); }));
  auto patch = takes(base + "/{id}", Scope::providers_write, kMostBody,
                     [&providers, public_url](const Call& call) { return change(providers, public_url, call); });
  patch.method = "PATCH";
  router.add(std::move(patch));
  auto removal = reads(base + "/{id}", Scope::providers_write,
                       [&providers, public_url](const Call& call) { return remove(providers, public_url, call); });
  removal.method = "DELETE";
  router.add(std::move(removal));
}

}  // namespace belfry
