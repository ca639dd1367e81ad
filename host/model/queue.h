// Queues: a tenant's deliveries of one channel and one priority. What waits in them, what holds it, and what an
// operator does to many of them at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

using PauseId = Id<struct PauseTag>;
using QueueOperationId = Id<struct QueueOperationTag>;

/// One of a tenant's queues.
struct QueueName {
  Channel channel;
  Priority priority;

  auto operator<=>(const QueueName&) const = default;
};

/// What a pause or drain is for: what is absent means every one; with nothing at all it is the whole tenant.
struct PauseScope {
  std::optional<Channel> channel;
  std::optional<Priority> priority;
  std::string provider;  ///< slug of an instance, alone; empty: none

  bool operator==(const PauseScope&) const = default;
};

struct QueuePause {
  PauseId id;
  TenantId tenant;
  bool drain = false;  ///< sends are refused and what waits is sent; else what waits is held
  PauseScope scope;
  std::string reason;
  std::string created_by;  ///< subject of the caller
  TimePoint created_at;
};

/// Whether the pause (or drain) holds this queue. One of a provider holds no queue by itself.
bool covers(const PauseScope& scope, QueueName queue);

/// How long a queue is.
struct QueueDepth {
  QueueName queue;
  std::int64_t waiting = 0;    ///< due, paused ones included
  std::int64_t scheduled = 0;  ///< not due yet, never tried
  std::int64_t deferred = 0;   ///< not due yet, to be tried again
  std::int64_t in_flight = 0;
  bool exact = true;                    ///< false: too long to be counted; estimated
  std::optional<TimePoint> oldest_due;  ///< since when the oldest that waits is due
};

/// What happened in a queue lately, by event type.
struct QueueFlow {
  QueueName queue;
  EventType type;
  std::int64_t in_short = 0, in_middle = 0, in_long = 0;  ///< events in each window
  std::int64_t latency_ms = 0;                            ///< sum over the long window
  std::vector<std::int64_t> buckets;                      ///< of the long window, see delivery_statistics
};

/// Which deliveries a bulk action is for; what is absent means any.
struct QueueFilter {
  std::optional<Channel> channel;
  std::optional<Priority> priority;
  std::optional<DeliveryState> state;
  std::string provider;
  std::string error_code;
  std::optional<TimePoint> from;  ///< accepted (dead letters: died) at or after
  std::optional<TimePoint> to;    ///< accepted (dead letters: died) before
  std::optional<Uuid> batch;
  std::vector<NotificationId> notifications;
  std::string template_key;  ///< of dead letters alone

  bool operator==(const QueueFilter&) const = default;
};

/// What should be done to those that match.
struct QueueWish {
  QueueAction action;
  QueueFilter filter;
  std::optional<Priority> priority;   ///< of change_priority alone
  std::optional<std::int64_t> limit;  ///< changes at most so many
};

struct QueueOperation {
  QueueOperationId id;
  TenantId tenant;
  QueueWish wish;
  QueueOperationState state = QueueOperationState::running;
  std::int64_t looked_at = 0;  ///< deliveries
  std::int64_t changed = 0;
  std::string reason;  ///< why its last step failed; empty: it did not
  std::string started_by;
  TimePoint started_at;
  std::optional<TimePoint> finished_at;
};

/// What a bulk action would do.
struct QueueSurvey {
  std::int64_t matched = 0;
  bool complete = true;  ///< false: there are too many deliveries to look at all of them; `matched` is the least
  std::vector<DeliveryId> sample;  ///< the first of them
};

}  // namespace belfry
