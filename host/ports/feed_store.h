// The feed: every event of every delivery once, at a position of its own. Of one delivery the events stand in the order
// of their numbers, whatever committed them; positions have no gaps, and none appears below one that was seen. May
// throw StoreUnavailable and StoreRejected. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kit/time.h"
#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

struct FeedEvent {
  std::int64_t pos = 0;
  TimePoint at;
  EventType type;
  DeliveryId delivery;
  NotificationId notification;
  int seq = 0;                 ///< number of the event within its delivery
  std::optional<int> attempt;  ///< none: it belongs to no attempt
  std::string provider;        ///< slug of the instance; empty: none was asked
};

struct FeedPage {
  std::vector<FeedEvent> events;
  std::int64_t after = 0;      ///< where reading began
  std::int64_t looked_to = 0;  ///< the tenant has no other events between `after` and here
  std::int64_t head = 0;       ///< the last position that was given
  std::int64_t pruned_to = 0;  ///< the last position that is no longer kept
};

/// Who has events after a position.
struct FeedNews {
  std::int64_t looked_to = 0;
  std::int64_t head = 0;
  std::vector<TenantId> tenants;
};

struct SinkPosition {
  FeedSink sink;
  std::int64_t position = 0;              ///< the last one that it has read
  std::optional<std::int64_t> rewind_to;  ///< it takes back what it did, down to here
  std::int64_t head = 0;
  TimePoint updated_at;
  std::optional<TimePoint> waiting_since;  ///< of the first event that it has not read
};

enum class RewindResult { done, pruned, ahead };
struct Rewind {
  RewindResult result;
  std::int64_t least = 0;  ///< what would be taken
  std::int64_t most = 0;
};

class FeedStore {
 public:
  virtual ~FeedStore() = default;
  /// Gives positions to committed events while this process holds the sequencer's lock, and announces them as
  /// `belfry_feed`. Returns how many; 0 also when another process is the sequencer.
  virtual int sequence(int limit) = 0;
  /// A tenant's events after a position, or from the first one that is kept. Looks at a bounded stretch of the feed, so
  /// a page may be empty before the head. Events that are no longer kept are absent: see pruned_to.
  virtual FeedPage read(TenantId tenant, std::optional<std::int64_t> after, int limit) = 0;
  virtual FeedNews news(std::int64_t after) = 0;
  virtual std::vector<SinkPosition> sinks() = 0;
  /// Has a sink take back what it did with events after `after`, and do it again.
  virtual Rewind rewind(FeedSink sink, std::int64_t after) = 0;
  /// Drops events that are old and that every sink has read. Looks at the `limit` oldest.
  virtual int prune(std::chrono::hours older_than, int limit) = 0;
};

}  // namespace belfry
