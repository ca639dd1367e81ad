-- Caller: CallbackStore::takeLeft (role belfry_system). $1 how long it was left, in ms; $2 most attempts; $3 how many.
-- What no attempt could end fails for good: an operator may replay it. Index: inbound_callbacks_open.
WITH picked AS MATERIALIZED (
  SELECT tenant_id, id, attempts FROM belfry.inbound_callbacks
   WHERE state = 'received' AND begun_at <= now() - $1 * interval '1 ms'
   ORDER BY begun_at LIMIT $3
     FOR UPDATE SKIP LOCKED
), given_up AS (
  UPDATE belfry.inbound_callbacks c
     SET state = 'failed', reason = 'gave_up', detail = 'no attempt to process it came to an end', processed_at = now()
    FROM picked p
   WHERE c.tenant_id = p.tenant_id AND c.id = p.id AND p.attempts >= $2
)
UPDATE belfry.inbound_callbacks c
   SET attempts = c.attempts + 1, begun_at = now()
  FROM picked p
 WHERE c.tenant_id = p.tenant_id AND c.id = p.id AND p.attempts < $2
RETURNING c.tenant_id, c.id, c.provider, c.plugin, c.method, c.request, c.received_at
