-- The state machine in the table itself, expiry without a worker, and what is to be asked of providers.

-- Legal changes never get here: they end at the trigger's WHEN, which is one inlined expression. AFTER, since a trigger BEFORE would lock
-- every row once more.
CREATE FUNCTION belfry.refuse_transition() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'delivery % is % and cannot become %', OLD.id, OLD.status, NEW.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'deliveries_state_machine';
END $$;
REVOKE EXECUTE ON FUNCTION belfry.refuse_transition FROM PUBLIC;

CREATE TRIGGER deliveries_state_machine AFTER UPDATE OF status ON belfry.deliveries
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NOT belfry.delivery_may_become(OLD.status, NEW.status))
  EXECUTE FUNCTION belfry.refuse_transition();

ALTER TABLE belfry.work ADD COLUMN expires_at timestamptz;
COMMENT ON COLUMN belfry.work.expires_at IS 'expiresAt of the notification: no exchange begins after it';
UPDATE belfry.work w SET expires_at = n.expires_at
  FROM belfry.notifications n
 WHERE n.tenant_id = w.tenant_id AND n.id = w.notification_id AND n.expires_at IS NOT NULL;
CREATE INDEX work_expiring ON belfry.work (expires_at) WHERE expires_at IS NOT NULL AND lease_until IS NULL;

-- Deliveries that are `unknown` and whose provider can be asked what became of them. A row leaves with the last question.
CREATE TABLE belfry.lookups (
  tenant_id   uuid NOT NULL,
  delivery_id uuid NOT NULL,
  channel     belfry.channel NOT NULL,
  attempt     integer NOT NULL CHECK (attempt >= 1),
  provider    text,
  resend      boolean NOT NULL,
  asked       integer NOT NULL DEFAULT 0 CHECK (asked >= 0),
  due_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, delivery_id)
);
COMMENT ON COLUMN belfry.lookups.provider IS 'who had the attempt; NULL when its worker vanished before it said so';
COMMENT ON COLUMN belfry.lookups.resend IS 'what follows when nobody can say: another attempt (lease_expired: resend), else it stays held';
CREATE INDEX lookups_due ON belfry.lookups (due_at);
CALL belfry.protect('belfry.lookups', '{}', '{SELECT,INSERT,UPDATE,DELETE}');
