-- Deduplication. A key stands for what was said to somebody on a channel: whoever claims it first holds it until it expires, and what
-- claims it later is a double. One narrow row per key; what expires is counted by the day and goes.
CREATE TABLE belfry.dedup_keys (
  tenant_id       uuid NOT NULL,
  channel         belfry.channel NOT NULL,
  key_hash        bytea NOT NULL CHECK (length(key_hash) = 32),
  notification_id uuid NOT NULL,
  template_key    text,
  generated       boolean NOT NULL,
  hits            integer NOT NULL DEFAULT 0 CHECK (hits >= 0),
  created_at      timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, channel, key_hash)
) WITH (fillfactor = 80);
COMMENT ON COLUMN belfry.dedup_keys.key_hash IS 'keyed hash: keys may hold personal data';
COMMENT ON COLUMN belfry.dedup_keys.notification_id IS 'who holds it: the first one, or the one that replaced it';
COMMENT ON COLUMN belfry.dedup_keys.hits IS 'how many doubles it found';
CREATE INDEX dedup_keys_by_expiry ON belfry.dedup_keys (expires_at);
CALL belfry.protect('belfry.dedup_keys', '{SELECT,UPDATE,DELETE}', '{SELECT,INSERT,UPDATE,DELETE}');

-- What expired or released keys found, by the day (UTC) on which they were first claimed: for trends.
CREATE TABLE belfry.dedup_days (
  tenant_id    uuid NOT NULL,
  day          date NOT NULL,
  channel      belfry.channel NOT NULL,
  template_key text NOT NULL DEFAULT '',
  keys         bigint NOT NULL CHECK (keys > 0),
  hits         bigint NOT NULL CHECK (hits >= 0),
  PRIMARY KEY (tenant_id, day, channel, template_key)
);
COMMENT ON COLUMN belfry.dedup_days.template_key IS 'empty: content of their own';
CREATE INDEX dedup_days_by_age ON belfry.dedup_days (day);
CALL belfry.protect('belfry.dedup_days', '{SELECT,INSERT,UPDATE}', '{SELECT,INSERT,UPDATE,DELETE}');

-- What a tenant or a template says of doubles, for sends that say nothing themselves; NULL: nothing.
ALTER TABLE belfry.tenants ADD COLUMN dedup jsonb;
ALTER TABLE belfry.templates ADD COLUMN dedup jsonb;

-- A double's data may be merged into a notification that nobody has begun to send.
GRANT UPDATE ON belfry.notifications TO belfry_system;
CREATE POLICY system_update ON belfry.notifications FOR UPDATE TO belfry_system USING (true) WITH CHECK (true);
