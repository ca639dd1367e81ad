-- What providers call back: the raw requests as they came, the receipts that wait for their delivery, and what tells doubles and
-- messages apart. `provider` is the instance's slug, as in deliveries and delivery_events.

CREATE TABLE belfry.inbound_callbacks (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  provider     text NOT NULL,
  plugin       text NOT NULL,
  method       text NOT NULL,
  request      bytea NOT NULL,
  received_at  timestamptz NOT NULL,
  state        belfry.callback_state NOT NULL DEFAULT 'received',
  reason       text,
  detail       text,
  receipts     integer NOT NULL DEFAULT 0 CHECK (receipts >= 0),
  kept         integer NOT NULL DEFAULT 0 CHECK (kept >= 0),
  refused      integer NOT NULL DEFAULT 0 CHECK (refused >= 0),
  parked       integer NOT NULL DEFAULT 0 CHECK (parked >= 0),
  attempts     integer NOT NULL DEFAULT 1 CHECK (attempts >= 0),
  begun_at     timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'received') = (processed_at IS NULL)),
  CHECK (receipts = kept + refused + parked)
) PARTITION BY RANGE (id);
COMMENT ON COLUMN belfry.inbound_callbacks.request IS 'sealed JSON: url, query, headers, body';
COMMENT ON COLUMN belfry.inbound_callbacks.reason IS 'stable code of why it was refused, parked or failed, or of its first refused receipt';
COMMENT ON COLUMN belfry.inbound_callbacks.attempts IS 'how often it was begun to be processed; a replay starts anew';
COMMENT ON COLUMN belfry.inbound_callbacks.begun_at IS 'when it was last begun: one that stays received for long was left behind by a host that vanished';
CREATE INDEX inbound_callbacks_open ON belfry.inbound_callbacks (begun_at) WHERE state = 'received';
CREATE INDEX inbound_callbacks_by_state ON belfry.inbound_callbacks (tenant_id, state, id) WHERE state <> 'processed';
CALL belfry.protect('belfry.inbound_callbacks', '{SELECT}', '{SELECT,INSERT,UPDATE,DELETE}');

CREATE TABLE belfry.parked_receipts (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  callback_id  uuid,
  provider     text NOT NULL,
  delivery_id  uuid,
  attempt      integer NOT NULL CHECK (attempt >= 0),
  message_hash bytea CHECK (length(message_hash) = 32),
  key          bytea NOT NULL CHECK (length(key) = 32),
  receipt      bytea NOT NULL,
  reason       text NOT NULL,
  received_at  timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, provider, key),
  CHECK (delivery_id IS NOT NULL OR message_hash IS NOT NULL)
);
COMMENT ON COLUMN belfry.parked_receipts.receipt IS 'sealed JSON of the normalised receipt';
COMMENT ON COLUMN belfry.parked_receipts.attempt IS '0: the receipt does not say';
CREATE INDEX parked_receipts_by_delivery ON belfry.parked_receipts (tenant_id, delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX parked_receipts_by_message ON belfry.parked_receipts (tenant_id, provider, message_hash) WHERE delivery_id IS NULL;
CREATE INDEX parked_receipts_by_expiry ON belfry.parked_receipts (expires_at);
CALL belfry.protect('belfry.parked_receipts', '{SELECT}', '{SELECT,INSERT,UPDATE,DELETE}');

-- A receipt that is in here was applied. Written with what it did, under the lock of its delivery.
CREATE TABLE belfry.receipt_keys (
  tenant_id  uuid NOT NULL,
  provider   text NOT NULL,
  key        bytea NOT NULL CHECK (length(key) = 32),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, provider, key)
);
CREATE INDEX receipt_keys_by_expiry ON belfry.receipt_keys (expires_at);
CALL belfry.protect('belfry.receipt_keys', '{}', '{SELECT,INSERT,DELETE}');

-- What a provider calls a message: the fall-back for receipts that do not bring our delivery id. One request for many recipients
-- may give them all one id, which then names none of them.
CREATE TABLE belfry.provider_message_ids (
  tenant_id    uuid NOT NULL,
  provider     text NOT NULL,
  message_hash bytea NOT NULL CHECK (length(message_hash) = 32),
  delivery_id  uuid NOT NULL,
  attempt      integer NOT NULL CHECK (attempt >= 1),
  expires_at   timestamptz NOT NULL DEFAULT now() + interval '30 days',
  PRIMARY KEY (tenant_id, provider, message_hash, delivery_id)
);
CREATE INDEX provider_message_ids_by_expiry ON belfry.provider_message_ids (expires_at);
CALL belfry.protect('belfry.provider_message_ids', '{}', '{SELECT,INSERT,UPDATE,DELETE}');

-- As in 002, and for inbound_callbacks. Makes the monthly partitions from this month to months_ahead, and the default one.
-- Returns how many it made.
-- Runs as the owner, since neither runtime role may create tables. Partitions are reached through their parent only: they get
-- row-level security and no grants of their own. One caller at a time; months are those of UTC.
CREATE OR REPLACE FUNCTION belfry.ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = belfry, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  parent text;
  part text;
  month timestamptz;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('belfry.partitions'));
  FOREACH parent IN ARRAY ARRAY['notifications', 'deliveries', 'delivery_events', 'inbound_callbacks'] LOOP
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
SELECT belfry.ensure_partitions(3);
