#include "api/rest/provider_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/source_text.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "p";

using Instance = std::shared_ptr<const DirectoryInstance>;

std::string slugOf(const Instance& instance) { return instance->row.slug; }

std::vector<Instance> instancesOf(const Directory& directory, TenantId id) {
  auto tenant = directory.find(id);
  return tenant ? tenant->instances : std::vector<Instance>();
}

void writeProvider(JsonWriter& json, const Instance& instance, const std::string& public_url) {
  const auto& row = instance->row;
  json.object([&] {
    json.member("id", row.slug);
    json.member("plugin", row.plugin);
    json.member("channel", toText(row.channel));
    json.member("priority", row.priority);
    json.member("weight", row.weight);
    json.member("enabled", row.enabled);
    json.member("simulate", row.simulate);
    json.member("simulated", instance->running && instance->running->simulated());
    json.rawMember("config", row.config_json);
    json.memberArray("secrets", [&] {
      for (const auto& [name, value] : row.secrets) json.value(name);
    });
    json.member("callbackUrl", public_url + "/webhooks/" + row.plugin + "/" + row.callback_id);
    json.member("source", toText(row.source));
    if (row.problem.empty()) json.member("problem", nullptr);
    else json.member("problem", row.problem);
  });
}

Answer list(const Directory& directory, const std::string& public_url, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto instances = takePage(instancesOf(directory, call.caller.tenant), *page, slugOf);
  return jsonResponse(200, pageJson(instances, page->limit, kCursorKind, slugOf, [&](JsonWriter& json, const Instance& instance) {
                        writeProvider(json, instance, public_url);
                      }));
}

Answer show(const Directory& directory, const std::string& public_url, const Call& call) {
  for (const auto& instance : instancesOf(directory, call.caller.tenant)) {
    if (instance->row.slug != call.params[0]) continue;
    JsonWriter json;
    writeProvider(json, instance, public_url);
    return jsonResponse(200, json.take());
  }
  return failure(notFound("there is no provider '" + shorten(call.params[0]) + "'"));
}

}  // namespace

void addProviderOperations(Router& router, const Directory& directory, std::string public_url) {
  const std::string base = "/api/v1/admin/providers";
  router.add(lists(base, Scope::providers_read, [&directory, public_url](const Call& call) { return list(directory, public_url, call); }));
  router.add(reads(base + "/{id}", Scope::providers_read,
                   [&directory, public_url](const Call& call) { return show(directory, public_url, call); }));
}

}  // namespace belfry
