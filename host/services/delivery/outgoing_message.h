// A notification's message for one address of one channel, as channel plugins get it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "model/delivery.h"
#include "ports/channels.h"

namespace belfry {

/// What of a delivery its message needs.
struct MessageFrame {
  DeliveryId delivery;
  int attempt = 1;
  Channel channel;
  Priority priority = Priority::medium;
  std::size_t address = 0;  ///< which of the recipient's on this channel
  TimePoint created_at{};
  std::optional<TimePoint> expires_at;
  std::chrono::steady_clock::time_point deadline{};
};

/// `content` is rendered.
std::shared_ptr<OutgoingMessage> outgoingMessage(const MessageFrame& frame, NotificationRequest request,
                                                 Fields content);

}  // namespace belfry
