-- Caller: DedupIntake, and WorkStore::claim for what changed while it waited (role belfry_system). $3, $4: least and greatest id, so
-- that the plan prunes partitions.
-- Index: primary key.
SELECT n.tenant_id, n.id, n.request, n.created_at, n.expires_at, coalesce(n.scheduled_at, n.created_at)
  FROM unnest($1::uuid[], $2::uuid[]) AS t (tenant_id, id)
  JOIN belfry.notifications n ON n.tenant_id = t.tenant_id AND n.id = t.id
 WHERE n.id BETWEEN $3 AND $4
