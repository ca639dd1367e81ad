#include "api/rest/provider_json.h"

#include "api/rest/source_text.h"

namespace belfry {

void writeProvider(JsonWriter& json, const ProviderPtr& instance, const std::string& public_url) {
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

std::string providerJson(const ProviderPtr& instance, const std::string& public_url) {
  JsonWriter json;
  writeProvider(json, instance, public_url);
  return json.take();
}

}  // namespace belfry
