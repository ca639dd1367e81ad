-- Caller: InboxStore::markRead and markAllRead (role belfry_system). One event of type $5 after the last one of each delivery, whose
-- row the caller has locked by a statement before this one. $3, $4: least and greatest delivery id. Index: primary keys.
WITH next AS (
  SELECT d.tenant_id, d.id, d.notification_id, 1 + greatest(
           (SELECT max(e.seq) FROM belfry.delivery_events e
             WHERE e.tenant_id = d.tenant_id AND e.delivery_id = d.id AND e.delivery_id BETWEEN $3 AND $4), 0) AS seq
    FROM belfry.deliveries d
   WHERE d.tenant_id = $1 AND d.id = ANY ($2) AND d.id BETWEEN $3 AND $4
), told AS (
  INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at)
  SELECT tenant_id, id, seq, $5, now() FROM next
)
INSERT INTO belfry.outbox (tenant_id, delivery_id, seq, notification_id, type, at)
SELECT tenant_id, id, seq, notification_id, $5, now() FROM next
