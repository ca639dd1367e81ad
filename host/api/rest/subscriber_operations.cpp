#include "api/rest/subscriber_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/subscriber_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "sk";
constexpr std::size_t kMostBodyBytes = 64 * 1024;

std::string idOf(const SubscriberKey& key) { return key.id.toString(); }

Answer mint(SubscriberTokens& tokens, const Call& call) {
  const auto wish = parseTokenWish(call.request.body);
  if (!wish) return failure(wish.error());
  return jsonResponse(201, tokenJson(tokens.mint(call.caller, *wish)));
}

Answer create(SubscriberTokens& tokens, const Call& call) {
  auto issued = tokens.createKey(call.caller.tenant);
  if (!issued) return failure(std::move(issued).error());
  return jsonResponse(201, issuedSubscriberKeyJson(*issued));
}

Answer list(SubscriberTokens& tokens, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto found = takePage(tokens.listKeys(call.caller.tenant), *page, idOf);
  return jsonResponse(200, pageJson(found, page->limit, kCursorKind, idOf, writeSubscriberKey));
}

Answer retire(SubscriberTokens& tokens, const Call& call) {
  auto retired = tokens.retireKey(call.caller.tenant, call.params[0]);
  if (!retired) return failure(std::move(retired).error());
  return jsonResponse(200, subscriberKeyJson(*retired));
}

}  // namespace

void addSubscriberOperations(Router& router, SubscriberTokens& tokens) {
  const std::string base = "/api/v1/admin/subscriber-keys";
  router.add(lists(base, Scope::keys_read, [&tokens](const Call& call) { return list(tokens, call); }));
  router.add(acts(base, Scope::keys_write, [&tokens](const Call& call) { return create(tokens, call); }));
  router.add(withMethod("DELETE", reads(base + "/{id}", Scope::keys_write,
                                        [&tokens](const Call& call) { return retire(tokens, call); })));
  router.add(takes("/api/v1/services/subscriber-tokens", Scope::subscribers_token, kMostBodyBytes,
                   [&tokens](const Call& call) { return mint(tokens, call); }));
}

}  // namespace belfry
