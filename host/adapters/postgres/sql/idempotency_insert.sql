-- Caller: IntakeStore::write with chunks (role belfry_system): keys of chunks with their answers, in the transaction of the chunks. A
-- key that another transaction took in the meantime is absent from the result; the caller then begins anew. No key comes twice.
-- Index: primary key.
INSERT INTO belfry.idempotency_keys AS k (tenant_id, key_hash, request_hash, resource_id, status, response, expires_at)
SELECT tenant_id, key_hash, request_hash, resource_id, 202, response, expires_at
  FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::uuid[], $5::bytea[], $6::timestamptz[])
    AS t (tenant_id, key_hash, request_hash, resource_id, response, expires_at)
 ORDER BY tenant_id, key_hash
ON CONFLICT (tenant_id, key_hash) DO UPDATE
   SET request_hash = excluded.request_hash, resource_id = excluded.resource_id, status = excluded.status,
       response = excluded.response, locked_until = NULL, expires_at = excluded.expires_at
 WHERE k.expires_at <= now()
RETURNING resource_id
