-- Caller: WorkStore::settle (role belfry_system), for settlements whose work row was gone: whoever adds an event to a settled delivery holds
-- its row. $3, $4: least and greatest delivery id. Index: primary key.
SELECT d.id
  FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, delivery_id)
  JOIN belfry.deliveries d ON d.tenant_id = t.tenant_id AND d.id = t.delivery_id AND d.id BETWEEN $3 AND $4
 ORDER BY d.id
   FOR UPDATE OF d
