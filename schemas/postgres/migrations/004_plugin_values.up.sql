-- What plugins keep for an instance between operations: a session window, a certificate. Never the only record of anything.
CREATE TABLE belfry.plugin_values (
  tenant_id   uuid NOT NULL,
  provider_id uuid NOT NULL,
  key_hash    bytea NOT NULL CHECK (length(key_hash) = 32),
  value       bytea NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, provider_id, key_hash)
);
COMMENT ON COLUMN belfry.plugin_values.value IS 'sealed under the provider''s id; keys may hold addresses and are kept as keyed hashes';
CREATE INDEX plugin_values_by_expiry ON belfry.plugin_values (expires_at);
CALL belfry.protect('belfry.plugin_values', '{}', '{SELECT,INSERT,UPDATE,DELETE}');
