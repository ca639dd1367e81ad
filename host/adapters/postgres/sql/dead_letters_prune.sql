-- Caller: DeadLetterStore::prune (role belfry_system). What is too old goes, and of what a tenant has too many of, the oldest. $1 state;
-- $2 the least id that is kept by age; $3 how many a tenant keeps; $4 how many go at most. Index: dead_letters_by_state.
WITH kept AS (
  SELECT t.id AS tenant_id, greatest($2::uuid, coalesce(m.id, $2::uuid)) AS since
    FROM belfry.tenants t
    LEFT JOIN LATERAL (
      SELECT d.id FROM belfry.dead_letters d WHERE d.tenant_id = t.id AND d.state = $1::text
       ORDER BY d.id DESC OFFSET $3 - 1 LIMIT 1) m ON true
), gone AS (
  SELECT d.tenant_id, d.id
    FROM kept k CROSS JOIN LATERAL (
      SELECT d.tenant_id, d.id FROM belfry.dead_letters d
       WHERE d.tenant_id = k.tenant_id AND d.state = $1::text AND d.id < k.since
       ORDER BY d.id LIMIT $4
         FOR UPDATE SKIP LOCKED) d
   LIMIT $4
)
DELETE FROM belfry.dead_letters d USING gone g WHERE d.tenant_id = g.tenant_id AND d.id = g.id
