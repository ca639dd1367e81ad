// Recurring schedules. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/schedule.h"

namespace belfry {

class ScheduleStore {
 public:
  virtual ~ScheduleStore() = default;
  /// Stores a new one as it is, with created_at and updated_at of now.
  virtual void create(const Schedule& schedule) = 0;
  virtual std::optional<Schedule> get(TenantId tenant, ScheduleId id) = 0;
  /// Newest first, below `before` when given.
  virtual std::vector<Schedule> list(TenantId tenant, std::optional<ScheduleState> state,
                                     std::optional<ScheduleId> before, int limit) = 0;
  /// Replaces terms, state and next_at of the revision that `changed` names. False: there is none, or it has changed.
  virtual bool change(const Schedule& changed) = 0;
  /// False: there is none.
  virtual bool remove(TenantId tenant, ScheduleId id) = 0;

  /// Takes up to `limit` due ones for `hold`: no other process gets them meanwhile. What cannot be read is left out.
  virtual std::vector<Schedule> takeDue(int limit, Duration hold) = 0;
  /// Moves on what was taken, in one commit. What was changed or removed meanwhile is left as it is.
  virtual void advance(std::span<const ScheduleAdvance> group) = 0;
  /// When the earliest that nobody holds becomes due; nullopt when there is none.
  virtual std::optional<TimePoint> nextDue() = 0;
};

}  // namespace belfry
