// One channel's outcome, its timeline, and the values that travel between claim and settle.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/inbox.h"
#include "model/notification.h"
#include "model/vocabulary.h"

namespace belfry {

/// One line of a timeline. `detail_json` is an object or empty.
struct DeliveryEvent {
  EventType type;
  TimePoint at;
  std::optional<int> attempt;
  std::string provider;
  std::string detail_json;
};

/// A delivery as a reader sees it.
struct Delivery {
  DeliveryId id;
  NotificationId notification;
  Channel channel;
  DeliveryState state;
  int attempt = 0;
  std::string provider;
  std::string provider_message_id;
  std::string error_code;
  std::string error_detail;
  TimePoint updated_at;
  int address = 0;                  ///< which of the recipient's addresses on the channel
  std::optional<TimePoint> due_at;  ///< while it lives: when it is (or was) next due
  std::vector<DeliveryEvent> timeline;
};

/// The state of a notification: that of its deliveries with the least rank. `states` is not empty.
DeliveryState notificationState(std::span<const Delivery> deliveries);

/// A claim on one attempt: whoever holds it may send, until the lease runs out.
struct ClaimedDelivery {
  TenantId tenant;
  DeliveryId id;
  NotificationId notification;
  Channel channel;
  Priority priority;
  int attempt;
  TimePoint due_at;
  int address = 0;  ///< which of the recipient's addresses on the channel
};

/// What a claimed delivery needs from its notification.
struct LoadedNotification {
  NotificationRequest request;
  TimePoint created_at;
  std::optional<TimePoint> expires_at;
  TimePoint first_due{};  ///< created_at, or when it was to be sent
};

/// What an attempt taught about the device that it went to.
struct DeviceReport {
  std::string token;
  std::string dead_reason;  ///< why the token is dead, e.g. the provider's code; empty: it took the message
};

/// How an attempt ended. Valid only for the attempt number that claimed.
struct Settlement {
  TenantId tenant;
  DeliveryId delivery;
  int attempt;
  DeliveryState state;              ///< final, or `deferred`
  std::optional<TimePoint> due_at;  ///< set exactly when the state is `deferred`
  std::string provider;
  std::string provider_message_id;
  std::string error_code;
  std::string error_detail;
  std::vector<DeliveryEvent> events;  ///< at least one
  std::string user_id;                ///< whose inbox the item goes to; empty: nobody's
  std::optional<InboxItem> inbox_item;
  std::optional<DeviceReport> device;    ///< of a push that reached its provider
  bool ask = false;                      ///< it is unknown, and its provider can be asked
  Priority priority = Priority::medium;  ///< whose slot it held
};

}  // namespace belfry
