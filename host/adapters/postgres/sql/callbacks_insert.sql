-- Caller: CallbackStore::store (role belfry_system). Index: primary key.
INSERT INTO belfry.inbound_callbacks (tenant_id, id, provider, plugin, method, request, received_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[])
ON CONFLICT DO NOTHING
