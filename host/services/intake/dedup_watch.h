// Counts what the intake store finds to be doubles, and warns of a tenant whose share of them is high: a sender that
// repeats itself, or a key that is too wide. Each host counts what it takes in itself. A store in front of a store, so
// that every way of sending is counted.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "kit/log.h"
#include "kit/time.h"
#include "ports/chunk_intake.h"

namespace belfry {

struct DedupWatchSettings {
  double rate = 0.5;          ///< doubles by sends; 0: never
  std::size_t minimum = 100;  ///< sends within the period before the rate says anything
  Duration period = std::chrono::hours(1);
};

class DedupWatch final : public IntakeStore {
 public:
  /// After each write that was deduplicated: claims made, doubles among them, tenants that were warned of.
  using Count = std::function<void(std::size_t claims, std::size_t doubles, std::size_t alerts)>;

  /// Everything must outlive it.
  DedupWatch(IntakeStore& store, const Clock& clock, const Log& log, Count count, DedupWatchSettings settings);

  std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms& terms) override;
  GroupOutcomes write(std::span<const NewNotification> group, std::span<const NewChunk> chunks,
                      const ClaimTerms& terms) override;
  std::optional<IntakeOutcome> findKey(TenantId tenant, const Digest256& key_hash,
                                       const Digest256& request_hash) override;

 private:
  struct Tally {
    std::size_t claims = 0;
    std::size_t doubles = 0;
  };
  struct Window {
    TimePoint since;
    Tally seen;
    bool warned = false;
  };

  void countDoubles(std::span<const NewNotification> group, std::span<const IntakeOutcome> outcomes);
  /// True when the tenant is to be warned of now.
  bool add(TenantId tenant, const Tally& tally, TimePoint now);
  void forgetOld(TimePoint now);

  IntakeStore& store_;
  const Clock& clock_;
  const Log& log_;
  const Count count_;
  const DedupWatchSettings settings_;
  std::mutex mutex_;
  std::map<TenantId, Window> windows_;  // guarded by mutex_
};

}  // namespace belfry
