#include "adapters/postgres/pg_dead_letter_store.h"

#include <algorithm>

#include "adapters/postgres/audit_line.h"
#include "adapters/postgres/notification_insert.h"
#include "adapters/postgres/queue_columns.h"
#include "adapters/postgres/requeue.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/work_announcement.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

constexpr Uuid kGreatest{
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

DeadLetter toLetter(const Row& row) {
  DeadLetter letter{};
  letter.id = {row.uuid(0)};
  letter.delivery = {row.uuid(1)};
  letter.notification = {row.uuid(2)};
  letter.channel = required(parseChannel(row.text(3)), "channel");
  letter.priority = required(priorityFromNumber(row.int64(4)), "priority");
  letter.template_key = orEmpty(row.maybeText(5));
  letter.provider = orEmpty(row.maybeText(6));
  letter.error_code = orEmpty(row.maybeText(7));
  letter.attempt = static_cast<int>(row.int64(8));
  letter.state = required(parseDeadLetterState(row.text(9)), "dead letter state");
  letter.ended_at = row.maybeTime(10);
  letter.ended_by = orEmpty(row.maybeText(11));
  if (const auto as = row.maybeUuid(12)) letter.replayed_as = NotificationId{*as};
  return letter;
}

Params one(TenantId tenant, DeadLetterId id) {
  Params params;
  params.add(tenant);
  params.add(id);
  return params;
}

std::optional<DeadLetter> firstOf(const Rows& rows) {
  return rows.empty() ? std::nullopt : std::optional(toLetter(rows[0]));
}

}  // namespace

std::vector<DeadLetter> PgDeadLetterStore::list(TenantId tenant, const DeadLetterFilter& filter,
                                                std::optional<DeadLetterId> before, int limit) {
  auto below = filter.to ? uuidLowerBound(*filter.to) : kGreatest;
  if (before) below = std::min(below, before->value);
  Params params;
  params.add(tenant);
  params.add(filter.from ? uuidLowerBound(*filter.from) : Uuid{});
  params.add(below);
  params.add(toText(filter.state));
  params.add(channelOrNull(filter.channel));
  params.add(numberOrNull(filter.priority));
  params.add(orNull(filter.provider));
  params.add(orNull(filter.error_code));
  params.add(orNull(filter.template_key));
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(tenant_pool_, [&](Connection& connection) {
    std::vector<DeadLetter> letters;
    for (auto row : runAsTenant(connection, tenant, sql::dead_letters_page, params)) letters.push_back(toLetter(row));
    return letters;
  });
}

std::optional<DeadLetter> PgDeadLetterStore::get(TenantId tenant, DeadLetterId id) {
  return withConnection(tenant_pool_, [&](Connection& connection) {
    return firstOf(runAsTenant(connection, tenant, sql::dead_letter_get, one(tenant, id)));
  });
}

template <class Change>
DeadLetterChange PgDeadLetterStore::changed(DeadLetterId id, const AuditEntry& audit, Change change) {
  return withConnection(system_pool_, [&](Connection& connection) -> DeadLetterChange {
    Transaction transaction(connection);
    auto letter = firstOf(transaction.run(sql::dead_letter_get, one(audit.tenant, id)));
    if (!letter) return {};
    // Deliveries before dead letters, as those do that fail a delivery: nobody waits in a circle.
    transaction.run(sql::deliveries_lock, chosenDeliveries(audit.tenant, {letter->delivery.value}));
    const bool done = change(connection, transaction, *letter);
    // What is gone now was purged here or by somebody else.
    auto now = firstOf(transaction.run(sql::dead_letter_get, one(audit.tenant, id)));
    if (!done) return {std::move(now), false};
    writeAudit(transaction, audit);
    transaction.run(sql::work_announce, announcedBy(""));
    transaction.commit();
    return {now ? std::move(now) : std::move(letter), true};
  });
}

DeadLetterChange PgDeadLetterStore::replay(DeadLetterId id, const AuditEntry& audit) {
  return changed(id, audit, [&](Connection& connection, Transaction&, const DeadLetter& letter) {
    const auto mine = takeDead(connection, audit.tenant, {letter.delivery.value}, audit.actor, {id.value});
    return queueAgain(connection, audit.tenant, mine, audit.actor, std::nullopt) == 1;
  });
}

DeadLetterChange PgDeadLetterStore::replayAs(DeadLetterId id, const NewNotification& corrected,
                                             const AuditEntry& audit) {
  return changed(id, audit, [&](Connection&, Transaction& transaction, const DeadLetter& letter) {
    auto params = one(audit.tenant, id);
    params.add(audit.actor);
    params.add(corrected.id);
    params.add(letter.delivery);
    params.add(letter.delivery);
    if (transaction.run(sql::dead_letter_replayed_as, params)[0].int64(0) == 0) return false;
    insertNotification(transaction, corrected, keyring_);
    return true;
  });
}

DeadLetterChange PgDeadLetterStore::purge(DeadLetterId id, const AuditEntry& audit) {
  return changed(id, audit, [&](Connection&, Transaction& transaction, const DeadLetter&) {
    Params params;
    params.add(audit.tenant);
    params.addUuids(std::vector<Uuid>{id.value});
    return transaction.run(sql::dead_letters_purge, params).affected() == 1;
  });
}

int PgDeadLetterStore::prune(const DeadLetterRetention& retention, int limit) {
  Params params;
  params.add(toText(retention.state));
  params.add(uuidLowerBound(retention.died_since));
  params.add(retention.per_tenant);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(system_pool_, [&](Connection& connection) {
    return static_cast<int>(connection.run(sql::dead_letters_prune, params).affected());
  });
}

std::vector<DeadLetterTotal> PgDeadLetterStore::totals(std::int64_t most) {
  Params params;
  params.add(most);
  return withConnection(system_pool_, [&](Connection& connection) {
    std::vector<DeadLetterTotal> totals;
    for (auto row : connection.run(sql::dead_letters_count, params))
      totals.push_back({{row.uuid(0)}, required(parseChannel(row.text(1)), "channel"), row.int64(2)});
    return totals;
  });
}

}  // namespace belfry::pg
