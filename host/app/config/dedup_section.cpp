#include "app/config/dedup_section.h"

#include "adapters/jsonschema/schema_walk.h"

namespace belfry {
namespace {

using schema::keyword;

std::optional<Duration> readTtl(const std::string& pointer, const JsonValue& value, const RefuseSection& refuse) {
  const std::string text(asView(value));
  const auto ttl = parseIsoDuration(text);
  if (ttl && *ttl >= kLeastDedupTtl && *ttl <= kMostDedupTtl) return ttl;
  refuse(pointer, text, std::string(kDedupTtlForm), ttl ? "is out of range" : "is no ISO 8601 duration");
  return std::nullopt;
}

void readTtls(const JsonValue& ttls, DedupPolicy& policy, const RefuseSection& refuse) {
  for (const auto& entry : ttls.GetObject()) {
    const std::string name(asView(entry.name));
    const auto channel = parseChannel(name);
    if (!channel) {
      refuse("/ttls/" + name, name, "one of " + std::string(allowedChannel()), "is not a channel");
      continue;
    }
    if (const auto ttl = readTtl("/ttls/" + name, entry.value, refuse)) policy.ttls[*channel] = *ttl;
  }
}

}  // namespace

DedupPolicy readDedupSection(const JsonValue& section, const RefuseSection& refuse) {
  DedupPolicy policy;
  if (const auto* enabled = keyword(section, "enabled")) policy.enabled = enabled->GetBool();
  if (const auto* strategy = keyword(section, "strategy")) {
    policy.strategy = parseDedupStrategy(asView(*strategy));
    if (!policy.strategy) {
      refuse("/strategy", std::string(asView(*strategy)), "one of " + std::string(allowedDedupStrategy()),
             "is not a dedup strategy");
    }
  }
  if (const auto* ttl = keyword(section, "ttl")) policy.ttl = readTtl("/ttl", *ttl, refuse);
  if (const auto* ttls = keyword(section, "ttls")) readTtls(*ttls, policy, refuse);
  if (const auto* context = keyword(section, "context"))
    for (const JsonValue& name : context->GetArray()) policy.context.emplace_back(asView(name));
  return policy;
}

}  // namespace belfry
