-- Caller: CallbackStore::prune (role belfry_system). $1 upper id bound of what is too old. Index: primary key.
DELETE FROM belfry.inbound_callbacks
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM belfry.inbound_callbacks
                            WHERE id < $1 AND state <> 'received' LIMIT $2)
   AND id < $1
