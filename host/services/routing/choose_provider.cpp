#include "services/routing/choose_provider.h"

namespace belfry {

Route chooseProvider(const Directory& directory, TenantId tenant, Channel channel, const QueueGate* gate) {
  Route route;
  auto found = directory.find(tenant);
  if (!found) return route;
  if (gate != nullptr && !gate->anything()) gate = nullptr;
  for (const auto& instance : found->instances) {
    if (instance->row.channel != channel) continue;
    RouteCandidate candidate{instance->row.slug, {}};
    if (route.chosen) {
      candidate.reason = "not needed: it stands behind " + route.chosen->row.slug;
    } else if (!instance->row.enabled) {
      candidate.reason = "disabled";
    } else if (!instance->running) {
      candidate.reason = instance->row.problem;
    } else if (gate != nullptr && gate->providerPaused(tenant, instance->row.slug)) {
      candidate.reason = "paused";
    } else {
      route.chosen = instance;
    }
    route.candidates.push_back(std::move(candidate));
  }
  return route;
}

ChannelCertainty certaintyOf(const Route& route) {
  if (!route.chosen) return {};
  auto certainty = route.chosen->running->certainty();
  certainty.idempotent = certainty.idempotent && route.candidates.size() == 1;
  return certainty;
}

std::vector<std::string> whoCanBeAsked(const Directory& directory, TenantId tenant, Channel channel) {
  std::vector<std::string> slugs;
  const auto found = directory.find(tenant);
  if (!found) return slugs;
  for (const auto& instance : found->instances)
    if (instance->row.channel == channel && instance->running && instance->running->certainty().can_be_asked)
      slugs.push_back(instance->row.slug);
  return slugs;
}

std::string whyNone(const Route& route, Channel channel) {
  std::string problems;
  for (const auto& candidate : route.candidates)
    problems += (problems.empty() ? "" : "; ") + candidate.provider + ": " + candidate.reason;
  if (problems.empty()) problems = "the tenant has none";
  return "no provider for channel " + std::string(toText(channel)) + " can send: " + problems;
}

}  // namespace belfry
