#include "api/rest/lookup_operations.h"

#include "api/rest/lookup_json.h"
#include "api/rest/problem_json.h"

namespace belfry {
namespace {

Answer show(const Call& call) {
  if (auto json = lookupJson(call.params[0])) return jsonResponse(200, std::move(*json));
  return failure(notFound("there is no lookup '" + shorten(call.params[0]) + "'; allowed: " + allowedLookup()));
}

Operation lookup(std::string path, AnswerNow answer) {
  return {"GET", std::move(path), Access::any_caller, std::nullopt, false, false, 0, false, std::move(answer)};
}

}  // namespace

void addLookupOperations(Router& router) {
  router.add(lookup("/api/v1/lookups", [](const Call&) -> Answer { return jsonResponse(200, lookupsJson()); }));
  router.add(lookup("/api/v1/lookups/{type}", show));
}

}  // namespace belfry
