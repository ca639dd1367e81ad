-- Caller: DedupIntake::answer (role belfry_system): what a replay says of a request whose deliveries were found to be doubles.
-- Index: primary key.
UPDATE belfry.idempotency_keys k SET response = t.response
  FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bytea[]) AS t (tenant_id, key_hash, resource_id, response)
 WHERE k.tenant_id = t.tenant_id AND k.key_hash = t.key_hash AND k.resource_id = t.resource_id
