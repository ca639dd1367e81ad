// ScheduleStore on PostgreSQL. The body of the send is sealed; so that it never appears in the clear, neither do
// problems repeat values of it.
#pragma once

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/schedule_store.h"

namespace belfry::pg {

class Row;

class PgScheduleStore final : public ScheduleStore {
 public:
  /// `tenant_pool` has the role belfry_app, `system_pool` belfry_system. All outlive this.
  PgScheduleStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring);

  void create(const Schedule& schedule) override;
  std::optional<Schedule> get(TenantId tenant, ScheduleId id) override;
  std::vector<Schedule> list(TenantId tenant, std::optional<ScheduleState> state, std::optional<ScheduleId> before,
                             int limit) override;
  bool change(const Schedule& changed) override;
  bool remove(TenantId tenant, ScheduleId id) override;
  std::vector<Schedule> takeDue(int limit, Duration hold) override;
  void advance(std::span<const ScheduleAdvance> group) override;
  std::optional<TimePoint> nextDue() override;

 private:
  std::optional<std::string> openRequest(const Row& row);
  Schedule readable(const Row& row);
  std::string seal(const Schedule& schedule);

  Pool& tenant_pool_;
  Pool& system_pool_;
  Keyring& keyring_;
};

}  // namespace belfry::pg
