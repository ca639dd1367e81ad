// Applies receipts to deliveries. What a receipt means is decided by a judge of the services; what is promised here is
// that it happens once: the deliveries are locked, doubles are known by their key, and everything that one callback
// brings is one transaction. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kit/crypto.h"
#include "model/delivery.h"
#include "model/receipt.h"

namespace belfry {

/// A delivery as it stands under the lock, what earlier receipts of the group did to it included.
struct DeliveryFacts {
  DeliveryId id;
  NotificationId notification;
  Channel channel;
  std::size_t address = 0;                     ///< which of the recipient's addresses on the channel
  DeliveryState state;                         ///< of the work row while there is one
  int attempt = 0;                             ///< the last that began
  std::map<int, std::string> providers;        ///< by attempt, of those that were settled
  std::vector<DeliveryEvent> events;           ///< the timeline so far
  std::optional<NotificationRequest> request;  ///< only when it was asked for
};

/// What is to be done with one receipt.
struct ReceiptPlan {
  ReceiptResult result;
  std::string reason;                  ///< stable code for parked, ignored and refused ones
  std::optional<DeliveryState> state;  ///< what the delivery becomes
  std::string error_code;              ///< with `state`
  std::string error_detail;            ///< with `state`
  std::vector<DeliveryEvent> events;   ///< to be added to the timeline and the feed
};

/// A receipt on its way into the store.
struct IncomingReceipt {
  Receipt receipt;
  std::optional<Uuid> parked_id;  ///< it waited under this id
  bool wants_request = false;     ///< the judge needs the notification (its address)
};

/// What one callback brought, or what waited for one provider.
struct ReceiptGroup {
  TenantId tenant;
  std::string provider;                ///< slug of the instance that speaks
  std::optional<CallbackId> callback;  ///< ended with the receipts, in the same transaction
  TimePoint received_at;
  std::vector<IncomingReceipt> receipts;
  Duration parked_for{};  ///< how long a parked one may wait
  Duration keys_for{};    ///< how long doubles are known
};

struct ReceiptOutcome {
  ReceiptResult result;
  std::string reason;
};

/// What a provider can be asked about.
struct SentDelivery {
  DeliveryId id;
  Channel channel;
  DeliveryState state;
  int attempt;
  std::string provider;
  std::string provider_message_id;
  std::string to;
  TimePoint created_at;
};

class ReceiptStore {
 public:
  /// Called under the delivery's lock, perhaps again when the database asks for a second try: decides and keeps
  /// nothing, must not wait. Of the store it may call addressHash only.
  using Judge = std::function<ReceiptPlan(const DeliveryFacts& facts, const Receipt& receipt)>;

  virtual ~ReceiptStore() = default;
  /// In the order of `group.receipts`. The judge sees only receipts whose delivery was found and that are no doubles;
  /// refused without it: `unknown_delivery`, `ambiguous_message`, `no_correlation`; parked without it:
  /// `unknown_message`.
  virtual std::vector<ReceiptOutcome> apply(const ReceiptGroup& group, const Judge& judge) = 0;
  /// Up to `limit` parked receipts whose attempt is settled or whose message is known by now, oldest first, as groups
  /// of one tenant, provider and callback.
  virtual std::vector<ReceiptGroup> releasable(int limit) = 0;
  /// Removes up to `limit` parked receipts whose time is over; their callbacks say so.
  virtual int expireParked(int limit) = 0;
  virtual int pruneKeys(int limit) = 0;
  virtual int pruneMessageIds(int limit) = 0;

  /// nullopt when this tenant has no such delivery.
  virtual std::optional<SentDelivery> find(TenantId tenant, DeliveryId id) = 0;
  /// Keyed hash of an address, for the suppression list.
  virtual Digest256 addressHash(TenantId tenant, Channel channel, const std::string& address) = 0;
};

/// What a provider calls a message, as its settlement and its receipts are told to belong together.
inline Digest256 messageHash(const std::string& provider_message_id) { return sha256(provider_message_id); }

}  // namespace belfry
