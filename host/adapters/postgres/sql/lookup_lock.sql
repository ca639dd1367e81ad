-- Caller: LookUpStore::answered (role belfry_system): whoever adds an event to a settled delivery holds its row. $3 its attempt.
-- Index: primary keys.
SELECT d.status
  FROM belfry.deliveries d
 WHERE d.tenant_id = $1 AND d.id = $2 AND d.attempt = $3
   FOR UPDATE
