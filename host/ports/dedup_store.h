// Deduplication keys as operators see them: looked up, extended, released, counted. Keys are claimed where
// notifications are written (IntakeStore). May throw StoreUnavailable. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kit/crypto.h"
#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// A key by what a sender gave, or by the id that the events of its doubles name.
struct DedupKeyName {
  std::string key;              ///< as given; empty: `id` names it
  std::optional<Digest256> id;  ///< keyed hash of the key
  std::optional<Channel> channel;
};

struct DedupKeyView {
  Digest256 id{};
  Channel channel{};
  NotificationId holder;
  std::string template_key;  ///< empty: content of its own
  bool generated = false;
  std::int64_t hits = 0;
  TimePoint created_at{};
  TimePoint expires_at{};
};

/// Of one day (UTC), channel and template: keys that were claimed, and the doubles that they found.
struct DedupCount {
  TimePoint day{};
  Channel channel{};
  std::string template_key;
  std::int64_t keys = 0;
  std::int64_t hits = 0;
  std::int64_t live = 0;           ///< keys that have not expired
  std::int64_t expiring_soon = 0;  ///< of these: within the hour
};

class DedupStore {
 public:
  virtual ~DedupStore() = default;
  virtual std::vector<DedupKeyView> find(TenantId tenant, const DedupKeyName& name) = 0;
  /// Live keys that expire within the time, soonest first.
  virtual std::vector<DedupKeyView> expiring(TenantId tenant, std::optional<Channel> channel, Duration within,
                                             int limit) = 0;
  /// Makes them expire later by `by`, but not beyond `most` from now. The changed keys.
  virtual std::vector<DedupKeyView> extend(TenantId tenant, const DedupKeyName& name, Duration by, Duration most) = 0;
  /// Frees them; returns how many were live.
  virtual int release(TenantId tenant, const DedupKeyName& name) = 0;
  /// By day, channel and template, of the days from `first` to `last`.
  virtual std::vector<DedupCount> statistics(TenantId tenant, TimePoint first, TimePoint last) = 0;
  /// Counts expired keys into their days and drops days older than `keep_days`. Returns how many keys went.
  virtual int archive(int limit, int keep_days) = 0;
};

}  // namespace belfry
