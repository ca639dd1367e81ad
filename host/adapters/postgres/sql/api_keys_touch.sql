-- Caller: KeyStore::touch (role belfry_system), at most once a minute per key. Index: primary key.
UPDATE belfry.api_keys k SET last_used_at = greatest(k.last_used_at, t.at)
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t (tenant_id, id, at)
 WHERE k.tenant_id = t.tenant_id AND k.id = t.id
