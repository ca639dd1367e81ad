-- Caller: DeviceStore::remove (role belfry_app). Index: primary key.
DELETE FROM belfry.device_tokens WHERE tenant_id = $1 AND user_hash = $2 AND id = $3 RETURNING id
