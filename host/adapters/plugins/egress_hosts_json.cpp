#include "adapters/plugins/egress_hosts.h"
#include "kit/json.h"

namespace belfry::plugins {

std::vector<std::string> egressHosts(const check::Manifest& manifest, const std::string& config_json) {
  auto hosts = manifest.egress.hosts;
  auto config = parseJson(config_json);
  if (!config || !config->IsObject()) return hosts;
  for (const auto& key : manifest.egress.config_keys) {
    auto member = config->FindMember(key.c_str());
    if (member == config->MemberEnd() || !member->value.IsString()) continue;
    auto text = asView(member->value);
    auto scheme = text.find("://");
    if (scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
    hosts.emplace_back(text.substr(0, text.find_first_of("/?#")));
  }
  return hosts;
}

}  // namespace belfry::plugins
