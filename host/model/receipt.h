// What a provider says of a delivery after it took it: one normalised receipt, and a raw callback that holds some.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kit/time.h"
#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// One normalised receipt, as a plugin made it of a callback or of a status look-up.
struct Receipt {
  ReceiptType type;
  std::optional<DeliveryId> delivery;  ///< ours, as it was sent along; absent: found by provider_message_id
  int attempt = 0;                     ///< 0: not said
  std::string provider_message_id;
  std::string dedupe_key;  ///< the provider's id of this event; empty: none, then type, attempt and time tell doubles
  std::optional<TimePoint> at;
  std::string recipient;  ///< the address concerned; empty: the delivery's
  bool suppress = false;  ///< the address is dead or its owner wants no more: kept for the suppression list
  std::string code;
  std::string detail;
  std::string url;  ///< of a click
};

/// A provider's callback as it came in.
struct RawCallback {
  std::string method;
  std::string url;  ///< the public one, as the provider was told it, with its query
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  TimePoint received_at;
};

}  // namespace belfry
