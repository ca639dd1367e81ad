-- Caller: DeviceStore::put (role belfry_app), with the user's lock held. Drops the devices that were unused the longest, until $4
-- are left with $3, the one just registered. Index: device_tokens_by_user.
DELETE FROM belfry.device_tokens
 WHERE tenant_id = $1 AND id IN (
   SELECT id FROM belfry.device_tokens
    WHERE tenant_id = $1 AND user_hash = $2 AND disabled_at IS NULL AND id <> $3
    ORDER BY greatest(refreshed_at, last_used_at) DESC, id DESC OFFSET $4::int4 - 1)
RETURNING id
