#include "adapters/postgres/pg_schedule_store.h"

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr Uuid kGreatest{
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

Schedule toSchedule(const Row& row, std::string send_json) {
  Schedule schedule;
  schedule.tenant = {row.uuid(0)};
  schedule.id = {row.uuid(1)};
  schedule.terms.name = row.text(2);
  schedule.state = required(parseScheduleState(row.text(3)), "schedule state");
  schedule.terms.rule = row.text(4);
  schedule.terms.timezone = row.text(5);
  schedule.terms.misfire = required(parseMisfirePolicy(row.text(6)), "misfire policy");
  schedule.terms.starts_at = row.maybeTime(7);
  schedule.terms.ends_at = row.maybeTime(8);
  if (const auto most = row.maybeInt64(9)) schedule.terms.most_firings = static_cast<int>(*most);
  schedule.terms.send_json = std::move(send_json);
  schedule.next_at = row.maybeTime(11);
  schedule.revision = static_cast<int>(row.int64(12));
  schedule.firings = static_cast<int>(row.int64(13));
  schedule.missed = static_cast<int>(row.int64(14));
  schedule.last_fired_at = row.maybeTime(15);
  if (const auto notification = row.maybeUuid(16)) schedule.last_notification = NotificationId{*notification};
  schedule.last_problem = orEmpty(row.maybeText(17));
  schedule.created_by = row.text(18);
  schedule.created_at = row.time(19);
  schedule.updated_at = row.time(20);
  return schedule;
}

void addTerms(Params& params, const Schedule& schedule, const std::string& sealed) {
  const auto& terms = schedule.terms;
  params.add(terms.name);
  params.add(toText(schedule.state));
  params.add(terms.rule);
  params.add(terms.timezone);
  params.add(toText(terms.misfire));
  params.add(terms.starts_at);
  params.add(terms.ends_at);
  params.add(terms.most_firings ? std::optional<std::int32_t>(*terms.most_firings) : std::nullopt);
  params.addBytes(sealed);
  params.add(schedule.next_at);
}

Params toParams(std::span<const ScheduleAdvance> group) {
  std::vector<Uuid> tenants, ids;
  std::vector<TimePoint> due;
  std::vector<std::int32_t> revisions, missed;
  std::vector<std::optional<TimePoint>> next, fired;
  std::vector<std::optional<Uuid>> notifications;
  std::vector<std::optional<std::string>> problems;
  for (const auto& one : group) {
    tenants.push_back(one.tenant.value);
    ids.push_back(one.id.value);
    due.push_back(one.was_due);
    revisions.push_back(one.revision);
    next.push_back(one.next_at);
    missed.push_back(one.missed);
    fired.push_back(one.fired_at);
    notifications.push_back(one.notification ? std::optional(one.notification->value) : std::nullopt);
    problems.push_back(orNull(one.problem));
  }
  Params params;
  params.addUuids(tenants);
  params.addUuids(ids);
  params.addTimes(due);
  params.addInt4s(revisions);
  params.addTimes(next);
  params.addInt4s(missed);
  params.addTimes(fired);
  params.addNullableUuids(notifications);
  params.addNullableTexts(problems);
  return params;
}

Params keyOf(TenantId tenant, ScheduleId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return params;
}

}  // namespace

PgScheduleStore::PgScheduleStore(Pool& tenant_pool, Pool& system_pool, Keyring& keyring)
    : tenant_pool_(tenant_pool), system_pool_(system_pool), keyring_(keyring) {}

std::string PgScheduleStore::seal(const Schedule& schedule) {
  return keyring_.seal(schedule.tenant, "schedules", "request", schedule.id.value, schedule.terms.send_json);
}

std::optional<std::string> PgScheduleStore::openRequest(const Row& row) {
  try {
    return keyring_.open({row.uuid(0)}, "schedules", "request", row.uuid(1), row.bytes(10));
  } catch (const KeyringError&) {
    return std::nullopt;
  }
}

Schedule PgScheduleStore::readable(const Row& row) {
  auto request = openRequest(row);
  if (!request) throw StoreRejected("schedules.request of " + row.uuid(1).toString() + " cannot be decrypted");
  return toSchedule(row, std::move(*request));
}

void PgScheduleStore::create(const Schedule& schedule) {
  withConnection(tenant_pool_, [&](Connection& connection) {
    auto params = keyOf(schedule.tenant, schedule.id);
    addTerms(params, schedule, seal(schedule));
    params.add(schedule.created_by);
    runAsTenant(connection, schedule.tenant, sql::schedule_insert, params);
  });
}

std::optional<Schedule> PgScheduleStore::get(TenantId tenant, ScheduleId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) -> std::optional<Schedule> {
    const auto rows = runAsTenant(connection, tenant, sql::schedule_get, keyOf(tenant, id));
    return rows.empty() ? std::nullopt : std::optional(readable(rows[0]));
  });
}

std::vector<Schedule> PgScheduleStore::list(TenantId tenant, std::optional<ScheduleState> state,
                                            std::optional<ScheduleId> before, int limit) {
  Params params;
  params.add(tenant);
  params.add(state ? std::optional(toText(*state)) : std::nullopt);
  params.add(before ? before->value : kGreatest);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<Schedule> found;
    const auto rows = runAsTenant(connection, tenant, sql::schedules_page, params);
    for (auto row : rows) found.push_back(readable(row));
    return found;
  });
}

bool PgScheduleStore::change(const Schedule& changed) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    auto params = keyOf(changed.tenant, changed.id);
    params.add(static_cast<std::int32_t>(changed.revision));
    addTerms(params, changed, seal(changed));
    return runAsTenant(connection, changed.tenant, sql::schedule_change, params).affected() == 1;
  });
}

bool PgScheduleStore::remove(TenantId tenant, ScheduleId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return runAsTenant(connection, tenant, sql::schedule_delete, keyOf(tenant, id)).affected() == 1;
  });
}

std::vector<Schedule> PgScheduleStore::takeDue(int limit, Duration hold) {
  Params params;
  params.add(static_cast<std::int32_t>(hold.count() / 1000));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<Schedule> due;
    // A tenant whose key is gone must not stop the others' firings.
    const auto rows = connection.run(sql::schedules_take_due, params);
    for (auto row : rows)
      if (auto request = openRequest(row)) due.push_back(toSchedule(row, std::move(*request)));
    return due;
  });
}

void PgScheduleStore::advance(std::span<const ScheduleAdvance> group) {
  if (group.empty()) return;
  withConnection(system_pool_,
                 [&](Connection& connection) { connection.run(sql::schedules_advance, toParams(group)); });
}

std::optional<TimePoint> PgScheduleStore::nextDue() {
  return withConnection(system_pool_, [&](Connection& connection) -> std::optional<TimePoint> {
    const auto rows = connection.run(sql::schedules_next_due);
    return rows.empty() ? std::nullopt : rows[0].maybeTime(0);
  });
}

}  // namespace belfry::pg
