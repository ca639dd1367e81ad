#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/notification_store.h"

namespace belfry::pg {

class PgNotificationStore final : public NotificationStore {
 public:
  /// `tenant_pool` has the role belfry_app, `system_pool` belfry_system (cancel writes work and history).
  PgNotificationStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring);

  std::optional<NotificationView> get(TenantId tenant, NotificationId id) override;
  std::vector<NotificationView> list(TenantId tenant, const NotificationFilter& filter,
                                     std::optional<NotificationId> before, int limit) override;
  std::vector<DeliveryId> cancel(TenantId tenant, NotificationId id, const std::string& by) override;
  std::vector<DeliveryId> reschedule(TenantId tenant, NotificationId id, TimePoint due_at,
                                     const std::string& by) override;

 private:
  NotificationView toView(TenantId tenant, const Row& row);

  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
