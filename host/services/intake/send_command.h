// What a caller of "send" wants, parsed but not yet checked against templates, providers and time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/crypto.h"
#include "model/dedup.h"
#include "model/notification.h"
#include "services/delivery/delivery_preview.h"
#include "services/intake/send_times.h"

namespace belfry {

/// What a send says of doubles.
struct DedupWish {
  bool off = false;  ///< whatever template and tenant say
  std::string key;   ///< empty: generated
  std::optional<DedupStrategy> strategy;
  std::optional<Duration> ttl;
  std::vector<std::string> context;  ///< names of members of data that a generated key covers
};

struct SendCommand : SendTimes {
  std::vector<Channel> channels;
  NotificationRequest request;  ///< template_ref.version 0: the newest published one
  Priority priority = Priority::medium;
  std::optional<DedupWish> dedup;  ///< absent: as the template or the tenant says
  bool dry_run = false;
  std::string idempotency_key;                ///< empty: none
  Digest256 request_hash{};                   ///< of method, path and body
  std::optional<std::chrono::hours> key_ttl;  ///< how long the key is kept; absent: the setting
};

struct AcceptedDelivery {
  DeliveryId id;
  Channel channel;
  DeliveryState state;
};

struct Accepted {
  NotificationId id;
  DeliveryState state;
  TimePoint accepted_at;
  std::vector<AcceptedDelivery> deliveries;
  std::vector<DeliveryPreview> previews;  ///< of a dry run, one for each delivery
};

}  // namespace belfry
