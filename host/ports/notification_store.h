// Reading what became of notifications, and calling them off. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/time.h"
#include "model/delivery.h"

namespace belfry {

struct NotificationView {
  NotificationId id;
  Priority priority;
  NotificationRequest request;
  std::optional<TimePoint> scheduled_at;
  std::optional<TimePoint> expires_at;
  TimePoint created_at;
  std::vector<Delivery> deliveries;
};

struct NotificationFilter {
  std::optional<DeliveryState> status;
  std::optional<Channel> channel;
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
  std::string user_id;  ///< empty: any
  std::optional<Uuid> batch;
};

class NotificationStore {
 public:
  virtual ~NotificationStore() = default;
  /// One notification with deliveries and timelines; nullopt when this tenant has none of that id.
  virtual std::optional<NotificationView> get(TenantId tenant, NotificationId id) = 0;
  /// Newest first, below `before` when given. Timelines are left out.
  virtual std::vector<NotificationView> list(TenantId tenant, const NotificationFilter& filter,
                                             std::optional<NotificationId> before, int limit) = 0;
  /// Calls off the deliveries that no worker holds; returns them.
  virtual std::vector<DeliveryId> cancel(TenantId tenant, NotificationId id, const std::string& by) = 0;
  /// Gives the deliveries that no worker holds another time; returns them.
  virtual std::vector<DeliveryId> reschedule(TenantId tenant, NotificationId id, TimePoint due_at,
                                             const std::string& by) = 0;
};

}  // namespace belfry
