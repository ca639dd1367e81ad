// The inbox of a tenant's users. Every call names the user, and none touches another user's rows. Items come from
// WorkStore::settle. All calls may throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/time.h"
#include "model/inbox.h"
#include "model/vocabulary.h"

namespace belfry {

struct InboxFilter {
  std::optional<InboxState> status;
  std::string category;  ///< empty: any
};

/// Where a page ended: items are ordered by their time, then by id.
struct InboxPosition {
  TimePoint created_at;
  DeliveryId id;
};

class InboxStore {
 public:
  virtual ~InboxStore() = default;
  /// Newest first, beyond `after` when given.
  virtual std::vector<InboxEntry> page(TenantId tenant, const std::string& user, const InboxFilter& filter,
                                       std::optional<InboxPosition> after, int limit) = 0;
  /// nullopt, here and below, when the user has no such item.
  virtual std::optional<InboxEntry> one(TenantId tenant, const std::string& user, DeliveryId id) = 0;
  /// The first time it also writes the event `read` into the delivery's timeline, in the same transaction. Idempotent.
  virtual std::optional<InboxEntry> markRead(TenantId tenant, const std::string& user, DeliveryId id) = 0;
  /// Idempotent. The event that says it was read stays.
  virtual std::optional<InboxEntry> markUnread(TenantId tenant, const std::string& user, DeliveryId id) = 0;
  /// Removes it with its content. False when the user has no such item.
  virtual bool remove(TenantId tenant, const std::string& user, DeliveryId id) = 0;
  virtual long unreadCount(TenantId tenant, const std::string& user) = 0;
  /// Marks what came until then, or everything, as markRead does. Returns how many were unread.
  virtual long markAllRead(TenantId tenant, const std::string& user, std::optional<TimePoint> until) = 0;
};

}  // namespace belfry
