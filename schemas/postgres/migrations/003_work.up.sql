-- The live truth. One narrow row per delivery that is not finished, and nothing else: claimed by compare-and-set with a lease and
-- an attempt number, settled by that attempt number.

CREATE TABLE belfry.work (
  tenant_id       uuid NOT NULL,
  delivery_id     uuid NOT NULL,
  notification_id uuid NOT NULL,
  channel         belfry.channel NOT NULL,
  priority        belfry.priority NOT NULL,
  state           belfry.delivery_state NOT NULL,
  due_at          timestamptz NOT NULL,
  attempt         integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  seq             integer NOT NULL CHECK (seq >= 1),
  lease_until     timestamptz,
  owner           uuid,
  PRIMARY KEY (tenant_id, delivery_id),
  CHECK (state IN ('scheduled', 'queued', 'sending', 'deferred')),
  CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
  CHECK ((lease_until IS NULL) = (owner IS NULL)),
  CHECK (state <> 'sending' OR attempt >= 1)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
COMMENT ON COLUMN belfry.work.seq IS 'number of the delivery''s last event';
CREATE INDEX work_ready ON belfry.work (priority, due_at) WHERE lease_until IS NULL;
CREATE INDEX work_leased ON belfry.work (lease_until) WHERE lease_until IS NOT NULL;
CALL belfry.protect('belfry.work', '{SELECT}', '{SELECT,INSERT,UPDATE,DELETE}');

-- Events leave through outbox (written unsequenced with the state change) into feed, where one elected sequencer gives positions.
CREATE TABLE belfry.outbox (
  tenant_id       uuid NOT NULL,
  delivery_id     uuid NOT NULL,
  seq             integer NOT NULL,
  notification_id uuid NOT NULL,
  type            belfry.event_type NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, delivery_id, seq)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
CALL belfry.protect('belfry.outbox', '{}', '{SELECT,INSERT,DELETE}');

CREATE TABLE belfry.feed (
  pos             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id       uuid NOT NULL,
  delivery_id     uuid NOT NULL,
  seq             integer NOT NULL,
  notification_id uuid NOT NULL,
  type            belfry.event_type NOT NULL,
  at              timestamptz NOT NULL,
  sequenced_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feed_by_age ON belfry.feed (sequenced_at);
CALL belfry.protect('belfry.feed', '{SELECT}', '{SELECT,INSERT,DELETE}');

CREATE TABLE belfry.idempotency_keys (
  tenant_id    uuid NOT NULL,
  key_hash     bytea NOT NULL CHECK (length(key_hash) = 32),
  request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
  resource_id  uuid NOT NULL,
  status       integer,
  response     bytea,
  locked_until timestamptz,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key_hash),
  CHECK ((status IS NULL) = (response IS NULL)),
  CHECK ((status IS NULL) = (locked_until IS NOT NULL))
);
COMMENT ON COLUMN belfry.idempotency_keys.response IS 'sealed JSON answer to replay; NULL while the first request is in progress';
CREATE INDEX idempotency_keys_by_expiry ON belfry.idempotency_keys (expires_at);
CALL belfry.protect('belfry.idempotency_keys', '{SELECT,INSERT,UPDATE,DELETE}', '{SELECT,INSERT,UPDATE,DELETE}');
