// A dead letter: a delivery that was given up, kept for somebody to look at, to send again or to drop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

using DeadLetterId = Id<struct DeadLetterTag>;

struct DeadLetter {
  DeadLetterId id;  ///< its time is when the delivery died, by the database's clock
  DeliveryId delivery;
  NotificationId notification;
  Channel channel;
  Priority priority;
  std::string template_key;  ///< empty: content of its own
  std::string provider;      ///< slug of who had the last attempt; empty: nobody
  std::string error_code;
  int attempt = 0;  ///< how many attempts the delivery had had
  DeadLetterState state = DeadLetterState::dead;
  std::optional<TimePoint> ended_at;  ///< when it was replayed or settled
  std::string ended_by;               ///< subject of who replayed it
  /// What it was sent anew as, corrected; absent: its own delivery was queued again.
  std::optional<NotificationId> replayed_as;
};

/// What is absent means any.
struct DeadLetterFilter {
  DeadLetterState state = DeadLetterState::dead;
  std::optional<Channel> channel;
  std::optional<Priority> priority;
  std::string provider;
  std::string error_code;
  std::string template_key;
  std::optional<TimePoint> from;  ///< died at or after
  std::optional<TimePoint> to;    ///< died before
};

/// How many of a tenant's channel are dead.
struct DeadLetterTotal {
  TenantId tenant;
  Channel channel;
  std::int64_t count = 0;
};

}  // namespace belfry
