#include "api/rest/tenant_json.h"

#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"
#include "api/rest/source_text.h"

namespace belfry {

Result<NewTenant, Problem> parseTenant(std::string_view body) {
  return parseWith<NewTenant>(body, [](ObjectReader& reader) {
    NewTenant wanted;
    wanted.slug = reader.text("slug", {.required = true, .most = 63, .valid = isSlug, .form = kSlugForm});
    wanted.name = reader.text("name", {});
    if (wanted.name.empty()) wanted.name = wanted.slug;
    wanted.auth = reader.texts("auth", 10, {.most = 63});
    return wanted;
  });
}

void writeTenant(JsonWriter& json, const Tenant& tenant) {
  json.object([&] {
    json.member("id", tenant.id.toString());
    json.member("slug", tenant.slug);
    json.member("name", tenant.name);
    json.member("state", toText(tenant.state));
    json.memberArray("auth", [&] {
      for (const auto& plugin : tenant.auth) json.value(plugin);
    });
    json.member("source", toText(tenant.source));
    json.member("createdAt", formatRfc3339(tenant.created_at));
  });
}

std::string tenantJson(const Tenant& tenant) {
  JsonWriter json;
  writeTenant(json, tenant);
  return json.take();
}

}  // namespace belfry
