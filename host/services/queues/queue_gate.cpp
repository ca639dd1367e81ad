#include "services/queues/queue_gate.h"

#include <algorithm>

namespace belfry {
namespace {

bool names(const QueuePause& pause, const std::string& provider) { return pause.scope.provider == provider; }

}  // namespace

QueueGate::QueueGate(PauseStore& store, const Directory& directory)
    : store_(store), directory_(directory), pauses_(std::make_shared<const Pauses>()) {}

void QueueGate::reload() {
  auto fresh = std::make_shared<Pauses>();
  for (auto& pause : store_.all()) (*fresh)[pause.tenant].push_back(std::move(pause));
  const bool any = !fresh->empty();
  pauses_.store(std::move(fresh));
  anything_ = any;
}

const std::vector<QueuePause>* QueueGate::of(const Pauses& pauses, TenantId tenant) const {
  const auto found = pauses.find(tenant);
  return found == pauses.end() ? nullptr : &found->second;
}

bool QueueGate::closed(TenantId tenant, QueueName queue) const {
  const auto now = pauses_.load();
  const auto* pauses = of(*now, tenant);
  if (pauses == nullptr) return false;
  const bool paused = std::any_of(pauses->begin(), pauses->end(),
                                  [&](const auto& pause) { return !pause.drain && covers(pause.scope, queue); });
  return paused || everyProviderPaused(*pauses, tenant, queue.channel);
}

bool QueueGate::everyProviderPaused(const std::vector<QueuePause>& pauses, TenantId tenant, Channel channel) const {
  const auto found = directory_.find(tenant);
  if (!found) return false;
  bool any = false;
  for (const auto& instance : found->instances) {
    if (instance->row.channel != channel || !instance->row.enabled || !instance->running) continue;
    any = true;
    if (std::none_of(pauses.begin(), pauses.end(), [&](const auto& p) { return names(p, instance->row.slug); }))
      return false;
  }
  return any;
}

bool QueueGate::providerPaused(TenantId tenant, const std::string& slug) const {
  const auto now = pauses_.load();
  const auto* pauses = of(*now, tenant);
  return pauses != nullptr &&
         std::any_of(pauses->begin(), pauses->end(), [&](const auto& pause) { return names(pause, slug); });
}

std::optional<QueuePause> QueueGate::drain(TenantId tenant, Channel channel) const {
  const auto now = pauses_.load();
  const auto* pauses = of(*now, tenant);
  if (pauses == nullptr) return std::nullopt;
  for (const auto& pause : *pauses)
    if (pause.drain && pause.scope.channel.value_or(channel) == channel) return pause;
  return std::nullopt;
}

}  // namespace belfry
