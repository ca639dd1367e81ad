#include "adapters/plugins/egress_hosts.h"
#include "kit/json.h"

namespace belfry::plugins {

namespace {

/// `https://user@api.example:8443/v1` → `api.example:8443`; a plain name stays as it is. (RFC 3986 §3.2)
std::string_view authority(std::string_view text) {
  auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return text;
  text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find_first_of("/?#"));
  auto user = text.rfind('@');
  return user == std::string_view::npos ? text : text.substr(user + 1);
}

}  // namespace

std::vector<std::string> egressHosts(const check::Manifest& manifest, const std::string& config_json) {
  auto hosts = manifest.egress.hosts;
  auto config = parseJson(config_json);
  if (!config || !config->IsObject()) return hosts;
  for (const auto& key : manifest.egress.config_keys) {
    auto member = config->FindMember(key.c_str());
    if (member == config->MemberEnd() || !member->value.IsString()) continue;
    hosts.emplace_back(authority(asView(member->value)));
  }
  return hosts;
}

std::vector<std::string> optionNames(const check::Manifest& manifest) {
  std::vector<std::string> names;
  auto schema = parseJson(manifest.options_schema);
  if (!schema || !schema->IsObject() || !schema->HasMember("properties") || !(*schema)["properties"].IsObject())
    return names;
  for (const auto& property : (*schema)["properties"].GetObject()) names.emplace_back(asView(property.name));
  return names;
}

}  // namespace belfry::plugins
