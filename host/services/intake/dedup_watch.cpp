#include "services/intake/dedup_watch.h"

namespace belfry {

DedupWatch::DedupWatch(IntakeStore& store, const Clock& clock, const Log& log, Count count, DedupWatchSettings settings)
    : store_(store), clock_(clock), log_(log), count_(std::move(count)), settings_(settings) {}

std::vector<IntakeOutcome> DedupWatch::write(std::span<const NewNotification> group, const ClaimTerms& terms) {
  auto outcomes = store_.write(group, terms);
  countDoubles(group, outcomes);
  return outcomes;
}

GroupOutcomes DedupWatch::write(std::span<const NewNotification> group, std::span<const NewChunk> chunks,
                                const ClaimTerms& terms) {
  auto outcomes = store_.write(group, chunks, terms);
  countDoubles(group, outcomes.notifications);
  return outcomes;
}

void DedupWatch::countDoubles(std::span<const NewNotification> group, std::span<const IntakeOutcome> outcomes) {
  std::map<TenantId, Tally> tallies;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto* stored = group[i].dedup ? std::get_if<Stored>(&outcomes[i]) : nullptr;
    if (stored == nullptr) continue;
    auto& tally = tallies[group[i].tenant];
    tally.claims += group[i].dedup->claims.size();
    tally.doubles += stored->doubles;
  }
  if (tallies.empty()) return;
  Tally all;
  std::size_t alerts = 0;
  const auto now = clock_.now();
  for (const auto& [tenant, tally] : tallies) {
    all.claims += tally.claims;
    all.doubles += tally.doubles;
    alerts += add(tenant, tally, now) ? 1 : 0;
  }
  count_(all.claims, all.doubles, alerts);
}

std::optional<IntakeOutcome> DedupWatch::findKey(TenantId tenant, const Digest256& key_hash,
                                                 const Digest256& request_hash) {
  return store_.findKey(tenant, key_hash, request_hash);
}

bool DedupWatch::add(TenantId tenant, const Tally& tally, TimePoint now) {
  if (settings_.rate <= 0) return false;
  std::lock_guard lock(mutex_);
  forgetOld(now);
  auto& window = windows_.try_emplace(tenant, Window{now, {}, false}).first->second;
  window.seen.claims += tally.claims;
  window.seen.doubles += tally.doubles;
  const auto rate = static_cast<double>(window.seen.doubles) / static_cast<double>(window.seen.claims);
  if (window.warned || window.seen.claims < settings_.minimum || rate < settings_.rate) return false;
  window.warned = true;
  log_.warn(
      "many doubles",
      {{"tenant_id", tenant.value}, {"sends", window.seen.claims}, {"doubles", window.seen.doubles}, {"rate", rate}});
  return true;
}

void DedupWatch::forgetOld(TimePoint now) {
  std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.since >= settings_.period; });
}

}  // namespace belfry
