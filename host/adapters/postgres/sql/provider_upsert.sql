-- Caller: CatalogueStore::reconcile (role belfry_system).
INSERT INTO belfry.provider_instances AS p
       (tenant_id, id, slug, plugin, channel, priority, weight, enabled, simulate, config, secrets, callback_id, source, problem)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12, 'file', $13)
ON CONFLICT (tenant_id, slug) DO UPDATE
   SET plugin = excluded.plugin, channel = excluded.channel, priority = excluded.priority, weight = excluded.weight,
       enabled = excluded.enabled, simulate = excluded.simulate, config = excluded.config, secrets = excluded.secrets,
       callback_id = coalesce($14, p.callback_id), source = 'file', problem = excluded.problem, updated_at = now()
