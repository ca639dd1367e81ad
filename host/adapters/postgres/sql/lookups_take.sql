-- Caller: LookUpStore::take (role belfry_system). Whose provider is to be asked now. Who takes a row has $2 ms for its answer; if it vanishes,
-- the row is due again then. $1 how many at most. Index: lookups_due.
WITH due AS MATERIALIZED (
  SELECT tenant_id, delivery_id FROM belfry.lookups
   WHERE due_at <= now()
   ORDER BY due_at LIMIT $1
     FOR UPDATE SKIP LOCKED
)
UPDATE belfry.lookups l
   SET asked = l.asked + 1, due_at = now() + $2 * interval '1 ms'
  FROM due
 WHERE l.tenant_id = due.tenant_id AND l.delivery_id = due.delivery_id
RETURNING l.tenant_id, l.delivery_id, l.channel, l.attempt, l.provider, l.resend, l.asked
