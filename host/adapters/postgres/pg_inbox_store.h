#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "adapters/postgres/transaction.h"
#include "ports/inbox_store.h"

namespace belfry::pg {

class PgInboxStore final : public InboxStore {
 public:
  /// `tenant_pool` has the role belfry_app, `system_pool` belfry_system (reading writes history).
  PgInboxStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring);

  std::vector<InboxEntry> page(TenantId tenant, const std::string& user, const InboxFilter& filter,
                               std::optional<InboxPosition> after, int limit) override;
  std::optional<InboxEntry> one(TenantId tenant, const std::string& user, DeliveryId id) override;
  std::optional<InboxEntry> markRead(TenantId tenant, const std::string& user, DeliveryId id) override;
  std::optional<InboxEntry> markUnread(TenantId tenant, const std::string& user, DeliveryId id) override;
  bool remove(TenantId tenant, const std::string& user, DeliveryId id) override;
  long unreadCount(TenantId tenant, const std::string& user) override;
  long markAllRead(TenantId tenant, const std::string& user, std::optional<TimePoint> until) override;

 private:
  /// $1 tenant, $2 the user's hash.
  Params paramsOf(TenantId tenant, const std::string& user);
  InboxEntry toEntry(TenantId tenant, const Row& row);
  /// Marks unread items, at most a group: `id` alone, or all that came `until` then. Returns how many.
  long markSome(TenantId tenant, const std::string& user, std::optional<DeliveryId> id, std::optional<TimePoint> until);

  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
