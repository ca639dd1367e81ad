#include "api/rest/lookup_operations.h"

#include <array>
#include <span>

#include "api/rest/problem_json.h"
#include "kit/json.h"

namespace belfry {
namespace {

template <class Word>
void writeWords(JsonWriter& json, std::span<const Word> words) {
  for (const auto word : words) {
    json.object([&] {
      json.member("value", toText(word));
      json.member("description", describe(word));
    });
  }
}

struct Lookup {
  std::string_view name;
  void (*write)(JsonWriter&);
};

constexpr std::array kLookups = {
    Lookup{"channels", [](JsonWriter& json) { writeWords(json, allChannels()); }},
    Lookup{"priorities", [](JsonWriter& json) { writeWords(json, allPriorities()); }},
    Lookup{"delivery-states", [](JsonWriter& json) { writeWords(json, allDeliveryStates()); }},
    Lookup{"event-types", [](JsonWriter& json) { writeWords(json, allEventTypes()); }},
    Lookup{"outcomes", [](JsonWriter& json) { writeWords(json, allOutcomes()); }},
    Lookup{"engagements", [](JsonWriter& json) { writeWords(json, allEngagements()); }},
    Lookup{"user-types", [](JsonWriter& json) { writeWords(json, allUserTypes()); }},
    Lookup{"template-types", [](JsonWriter& json) { writeWords(json, allTemplateTypes()); }},
    Lookup{"template-version-states", [](JsonWriter& json) { writeWords(json, allTemplateVersionStates()); }},
    Lookup{"tenant-states", [](JsonWriter& json) { writeWords(json, allTenantStates()); }},
    Lookup{"plugin-kinds", [](JsonWriter& json) { writeWords(json, allPluginKinds()); }},
    Lookup{"roles", [](JsonWriter& json) { writeWords(json, allRoles()); }},
    Lookup{"scopes", [](JsonWriter& json) { writeWords(json, allScopes()); }},
    Lookup{"error-codes", [](JsonWriter& json) { writeWords(json, allErrorCodes()); }},
    Lookup{"field-error-codes", [](JsonWriter& json) { writeWords(json, allFieldErrorCodes()); }},
};

std::string listJson(void (*writeItems)(JsonWriter&)) {
  JsonWriter json;
  json.object([&] {
    json.memberArray("items", [&] { writeItems(json); });
    json.member("nextCursor", nullptr);
  });
  return json.take();
}

void writeNames(JsonWriter& json) {
  for (const auto& lookup : kLookups) json.value(lookup.name);
}

Answer show(const Call& call) {
  std::string known;
  for (const auto& lookup : kLookups) {
    if (lookup.name == call.params[0]) return jsonResponse(200, listJson(lookup.write));
    known += (known.empty() ? "" : ", ") + std::string(lookup.name);
  }
  return failure(notFound("there is no lookup '" + shorten(call.params[0]) + "'; allowed: " + known));
}

Operation lookup(std::string path, AnswerNow answer) {
  return {"GET", std::move(path), Access::any_caller, std::nullopt, false, false, 0, false, std::move(answer)};
}

}  // namespace

void addLookupOperations(Router& router) {
  router.add(lookup("/api/v1/lookups", [](const Call&) -> Answer { return jsonResponse(200, listJson(writeNames)); }));
  router.add(lookup("/api/v1/lookups/{type}", show));
}

}  // namespace belfry
