#include "api/rest/provider_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/provider_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "p";

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

Answer show(const Directory& directory, const std::string& public_url, const Call& call) {
  for (const auto& instance : instancesOf(directory, call.caller.tenant)) {
    if (instance->row.slug != call.params[0]) continue;
    return jsonResponse(200, providerJson(instance, public_url));
  }
  return failure(notFound("there is no provider '" + shorten(call.params[0]) + "'"));
}

}  // namespace

void addProviderOperations(Router& router, const Directory& directory, std::string public_url) {
  const std::string base = "/api/v1/admin/providers";
  router.add(lists(base, Scope::providers_read,
                   [&directory, public_url](const Call& call) { return list(directory, public_url, call); }));
  router.add(reads(base + "/{id}", Scope::providers_read,
                   [&directory, public_url](const Call& call) { return show(directory, public_url, call); }));
}

}  // namespace belfry
