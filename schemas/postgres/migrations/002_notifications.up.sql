-- The history tables: what was asked, what became of it, and how. Range-partitioned by id, whose first 48 bits are the time in
-- milliseconds (UUIDv7). delivery_events is partitioned by the delivery's id, so that a timeline lies in one partition.
-- No foreign keys here: rows are written together in one statement, and partitions leave by age.

CREATE TABLE belfry.notifications (
  tenant_id        uuid NOT NULL,
  id               uuid NOT NULL,
  priority         belfry.priority NOT NULL,
  user_hash        bytea,
  template_key     text,
  template_version integer,
  batch_id         uuid,
  scheduled_at     timestamptz,
  expires_at       timestamptz,
  request          bytea NOT NULL,
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
COMMENT ON COLUMN belfry.notifications.request IS 'sealed JSON: recipient, content or template, data, options, metadata as validated';
COMMENT ON COLUMN belfry.notifications.user_hash IS 'keyed hash of recipient.userId, for look-up by user';
CREATE INDEX notifications_by_user ON belfry.notifications (tenant_id, user_hash, id) WHERE user_hash IS NOT NULL;
CREATE INDEX notifications_by_batch ON belfry.notifications (tenant_id, batch_id, id) WHERE batch_id IS NOT NULL;
CALL belfry.protect('belfry.notifications', '{SELECT}', '{SELECT,INSERT}');

CREATE TABLE belfry.deliveries (
  tenant_id           uuid NOT NULL,
  id                  uuid NOT NULL,
  notification_id     uuid NOT NULL,
  channel             belfry.channel NOT NULL,
  status              belfry.delivery_state NOT NULL,
  attempt             integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  provider            text,
  provider_message_id text,
  error_code          text,
  error_detail        text,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX deliveries_by_notification ON belfry.deliveries (tenant_id, notification_id);
CALL belfry.protect('belfry.deliveries', '{SELECT}', '{SELECT,INSERT,UPDATE}');

CREATE TABLE belfry.delivery_events (
  tenant_id   uuid NOT NULL,
  delivery_id uuid NOT NULL,
  seq         integer NOT NULL CHECK (seq >= 1),
  type        belfry.event_type NOT NULL,
  at          timestamptz NOT NULL,
  attempt     integer,
  provider    text,
  detail      jsonb,
  PRIMARY KEY (tenant_id, delivery_id, seq)
) PARTITION BY RANGE (delivery_id);
CALL belfry.protect('belfry.delivery_events', '{SELECT}', '{SELECT,INSERT}');

-- The least UUIDv7 of an instant: partition bounds.
CREATE FUNCTION belfry.uuid_bound(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

-- One partition of [since, until). Rows that came while it did not exist lie in the default partition, which then refuses the new
-- one: they move into it. For that moment the owner must see them, hence NO FORCE, under the lock that ALTER TABLE takes anyway.
CREATE PROCEDURE belfry.make_partition(parent text, part text, key_column text, since uuid, until uuid)
LANGUAGE plpgsql SET search_path = belfry, pg_temp
AS $$
BEGIN
  EXECUTE format('CREATE TABLE belfry.%I PARTITION OF belfry.%I FOR VALUES FROM (%L) TO (%L)', part, parent, since, until);
EXCEPTION WHEN check_violation THEN
  EXECUTE format('ALTER TABLE belfry.%I NO FORCE ROW LEVEL SECURITY', parent || '_default');
  EXECUTE format('CREATE TABLE belfry.%I (LIKE belfry.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
  EXECUTE format('WITH moved AS (DELETE FROM belfry.%I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO belfry.%I SELECT * FROM moved',
                 parent || '_default', key_column, since, key_column, until, part);
  EXECUTE format('ALTER TABLE belfry.%I ATTACH PARTITION belfry.%I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
  EXECUTE format('ALTER TABLE belfry.%I FORCE ROW LEVEL SECURITY', parent || '_default');
END $$;
REVOKE EXECUTE ON PROCEDURE belfry.make_partition FROM PUBLIC;

-- Makes the monthly partitions from this month to months_ahead, and the default one. Returns how many it made.
-- Runs as the owner, since neither runtime role may create tables. Partitions are reached through their parent only: they get
-- row-level security and no grants of their own. One caller at a time; months are those of UTC.
CREATE FUNCTION belfry.ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = belfry, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  parent text;
  part text;
  month timestamptz;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('belfry.partitions'));
  FOREACH parent IN ARRAY ARRAY['notifications', 'deliveries', 'delivery_events'] LOOP
    FOR i IN -1 .. months_ahead LOOP
      month := CASE WHEN i >= 0 THEN date_trunc('month', now()) + make_interval(months => i) END;
      part := parent || CASE WHEN i < 0 THEN '_default' ELSE to_char(month, '_YYYY_MM') END;
      CONTINUE WHEN to_regclass('belfry.' || part) IS NOT NULL;
      IF i < 0 THEN
        EXECUTE format('CREATE TABLE belfry.%I PARTITION OF belfry.%I DEFAULT', part, parent);
      ELSE
        CALL make_partition(parent, part, CASE parent WHEN 'delivery_events' THEN 'delivery_id' ELSE 'id' END,
                            uuid_bound(month), uuid_bound(month + interval '1 month'));
      END IF;
      -- A delivery is updated when it is settled; room on its page keeps that update off the indexes.
      IF parent = 'deliveries' THEN EXECUTE format('ALTER TABLE belfry.%I SET (fillfactor = 85)', part); END IF;
      EXECUTE format('ALTER TABLE belfry.%I ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('ALTER TABLE belfry.%I FORCE ROW LEVEL SECURITY', part);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION belfry.ensure_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION belfry.ensure_partitions TO belfry_system;
SELECT belfry.ensure_partitions(3);
