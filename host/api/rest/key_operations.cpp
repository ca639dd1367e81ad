#include "api/rest/key_operations.h"

#include "api/rest/key_json.h"
#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "k";

Answer issue(ApiKeys& keys, const Call& call) {
  auto wish = parseKeyWish(call.request.body);
  if (!wish) return failure(std::move(wish).error());
  auto issued = keys.issue(call.caller, *wish);
  if (!issued) return failure(std::move(issued).error());
  return jsonResponse(201, issuedKeyJson(*issued));
}

Answer revoke(ApiKeys& keys, const Call& call) {
  const auto id = ApiKeyId::parse(call.params[0]);
  if (!id) return failure(notFound("there is no key '" + shorten(call.params[0]) + "'"));
  auto revoked = keys.revoke(call.caller, *id);
  if (!revoked) return failure(std::move(revoked).error());
  return jsonResponse(200, keyJson(*revoked));
}

Answer list(ApiKeys& keys, const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const int limit = query.limit();
  const auto position = query.idCursor(kCursorKind);
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  const auto before = position ? std::optional(ApiKeyId{*position}) : std::nullopt;
  const auto found = keys.list(call.caller, before, limit + 1);
  return jsonResponse(200,
                      pageJson(
                          found, limit, kCursorKind, [](const ApiKey& key) { return key.id.toString(); }, writeKey));
}

}  // namespace

void addKeyOperations(Router& router, ApiKeys& keys) {
  const std::string base = "/api/v1/admin/keys";
  router.add(lists(base, Scope::keys_read, [&keys](const Call& call) { return list(keys, call); }));
  router.add(takes(base, Scope::keys_write, 64 * 1024, [&keys](const Call& call) { return issue(keys, call); }));
  router.add(withMethod(
      "DELETE", reads(base + "/{id}", Scope::keys_write, [&keys](const Call& call) { return revoke(keys, call); })));
  router.add(acts(base + "/{id}/revoke", Scope::keys_write, [&keys](const Call& call) { return revoke(keys, call); }));
}

}  // namespace belfry
