// What a receipt means for its delivery: one table, used for callbacks, look-ups and receipts that waited.
//
//   queued                         nothing new
//   sent                           sent, when nobody knew (unknown)
//   delivered                      delivered; of an earlier attempt too, which ends what would be tried again
//   delayed                        event provider_deferred
//   bounced                        bounced; suppress
//   soft_bounced, failed           bounced, failed; not while another attempt follows
//   opened … unsubscribed          events; suppress after a complaint and an unsubscription
//
// States move only as the vocabulary's table allows. A failure of an earlier attempt never fails a later one.
#pragma once

#include <functional>
#include <string>

#include "ports/receipt_store.h"

namespace belfry {

/// Who says it.
struct ReceiptSource {
  std::string provider;  ///< slug of the instance
  Channel channel;
  TimePoint received_at;
};

/// Keyed hash of an address as text; called only for receipts that suppress one.
using AddressHash = std::function<std::string(Channel channel, const std::string& address)>;

/// Never changes `facts`; the caller applies the plan.
ReceiptPlan judgeReceipt(const DeliveryFacts& facts, const Receipt& receipt, const ReceiptSource& source,
                         const AddressHash& hash);

/// The receipt says that its address is dead or its owner wants no more.
bool suppresses(const Receipt& receipt);

/// The receipt as it may be stored: UTF-8 without NUL and of bounded length.
Receipt storable(Receipt receipt);

}  // namespace belfry
