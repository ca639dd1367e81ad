#include "api/rest/lookup_json.h"

#include <array>
#include <span>

#include "kit/json.h"
#include "model/vocabulary.h"

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
    Lookup{"inbox-states", [](JsonWriter& json) { writeWords(json, allInboxStates()); }},
    Lookup{"platforms", [](JsonWriter& json) { writeWords(json, allPlatforms()); }},
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

}  // namespace

std::string lookupsJson() { return listJson(writeNames); }

std::optional<std::string> lookupJson(std::string_view name) {
  for (const auto& lookup : kLookups)
    if (lookup.name == name) return listJson(lookup.write);
  return std::nullopt;
}

std::string allowedLookup() {
  std::string names;
  for (const auto& lookup : kLookups) names += (names.empty() ? "" : ", ") + std::string(lookup.name);
  return names;
}

}  // namespace belfry
