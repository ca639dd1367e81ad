-- Caller: DeadLetterStore::get (role belfry_app), and replay, replayAs and purge (role belfry_system). Index: primary key.
SELECT id, delivery_id, notification_id, channel, priority, template_key, provider, error_code, attempt, state, ended_at, ended_by, replayed_as
  FROM belfry.dead_letters WHERE tenant_id = $1 AND id = $2
