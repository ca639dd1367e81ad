-- Queue control: what is paused, bulk actions that outlive the host that began them, and the record of who did what.

-- A queue's own order: depth, oldest age and bulk steps read it, and nothing else of `work`.
CREATE INDEX work_queue ON belfry.work (tenant_id, channel, priority, due_at) WHERE lease_until IS NULL;

-- So that the planner knows how long each queue is, where channel and priority go with the tenant. Read by belfry.expect_work.
CREATE STATISTICS belfry.work_queues (mcv) ON tenant_id, channel, priority FROM belfry.work;

-- What is paused waits a thousand years later than it was due: out of every claim's way, in the same order, and its own time is found
-- by going back the same way. So a claim needs no word about pauses, and no index changes. Exact: hours, not months.
CREATE FUNCTION belfry.parked(due_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT due_at >= timestamptz '2900-01-01 00:00:00+00' $$;
CREATE FUNCTION belfry.parked_due(due_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT due_at + interval '8766000 hours' $$;
CREATE FUNCTION belfry.own_due(due_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN due_at >= timestamptz '2900-01-01 00:00:00+00' THEN due_at - interval '8766000 hours' ELSE due_at END $$;

-- How many rows of a queue the planner expects between two times: for queues that are too long to be counted. Volatile, since EXPLAIN is
-- allowed in no other function.
CREATE FUNCTION belfry.expect_work(tenant uuid, of_channel text, of_priority smallint, since timestamptz, until timestamptz)
RETURNS bigint
LANGUAGE plpgsql SET search_path = belfry, pg_temp
AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM belfry.work WHERE tenant_id = %L AND channel = %L AND priority = %L '
                 'AND lease_until IS NULL AND due_at >= %L AND due_at < %L', tenant, of_channel, of_priority, since, until) INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END $$;
REVOKE EXECUTE ON FUNCTION belfry.expect_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION belfry.expect_work TO belfry_app, belfry_system;

CREATE TABLE belfry.queue_pauses (
  tenant_id  uuid NOT NULL REFERENCES belfry.tenants (id),
  id         uuid NOT NULL,
  drain      boolean NOT NULL,
  channel    belfry.channel,
  priority   belfry.priority,
  provider   text,
  reason     text NOT NULL DEFAULT '',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK (provider IS NULL OR (channel IS NULL AND priority IS NULL AND NOT drain)),
  CHECK (NOT drain OR priority IS NULL)
);
COMMENT ON COLUMN belfry.queue_pauses.drain IS 'true: sends are refused and what waits is sent; false: what waits is held';
COMMENT ON COLUMN belfry.queue_pauses.channel IS 'NULL: every channel; so of priority';
CREATE UNIQUE INDEX queue_pauses_once
  ON belfry.queue_pauses (tenant_id, drain, coalesce(channel, ''), coalesce(priority, 0), coalesce(provider, ''));
CALL belfry.protect('belfry.queue_pauses', '{SELECT}', '{SELECT,INSERT,DELETE}');
CREATE TRIGGER announce AFTER INSERT OR DELETE ON belfry.queue_pauses FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();

-- A bulk action. Whoever holds the row's lock does its next step and moves `position` on in the same commit, so a crash loses no step
-- and repeats none.
CREATE TABLE belfry.queue_operations (
  tenant_id          uuid NOT NULL REFERENCES belfry.tenants (id),
  id                 uuid NOT NULL,
  action             belfry.queue_action NOT NULL,
  priority           belfry.priority,
  most               bigint CHECK (most >= 1),
  only_channel       belfry.channel,
  only_priority      belfry.priority,
  only_state         belfry.delivery_state,
  only_provider      text,
  only_error_code    text,
  only_from          timestamptz,
  only_to            timestamptz,
  only_batch         uuid,
  only_notifications uuid[],
  state              belfry.queue_operation_state NOT NULL DEFAULT 'running',
  position           uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  pass               integer NOT NULL DEFAULT 1,
  changed_in_pass    bigint NOT NULL DEFAULT 0,
  looked_at          bigint NOT NULL DEFAULT 0,
  changed            bigint NOT NULL DEFAULT 0,
  failures           integer NOT NULL DEFAULT 0,
  reason             text,
  started_by         text NOT NULL,
  started_at         timestamptz NOT NULL DEFAULT now(),
  finished_at        timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((action = 'change_priority') = (priority IS NOT NULL)),
  CHECK ((state = 'running') = (finished_at IS NULL))
);
COMMENT ON COLUMN belfry.queue_operations.position IS 'every delivery up to this id was looked at in this pass';
COMMENT ON COLUMN belfry.queue_operations.only_channel IS 'this and the other only_ columns are the filter; NULL: any';
COMMENT ON COLUMN belfry.queue_operations.most IS 'changes at most so many; NULL: all that match';
CREATE UNIQUE INDEX queue_operations_one_running ON belfry.queue_operations (tenant_id) WHERE state = 'running';
CALL belfry.protect('belfry.queue_operations', '{SELECT}', '{SELECT,INSERT,UPDATE}');

-- Who changed what. Nobody may change or remove a line: neither role is granted that.
CREATE TABLE belfry.audit_log (
  tenant_id  uuid NOT NULL REFERENCES belfry.tenants (id),
  id         uuid NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  actor      text NOT NULL,
  action     text NOT NULL CHECK (action ~ '^[a-z]+([._][a-z]+)*$'),
  target     text NOT NULL,
  before     jsonb,
  after      jsonb,
  request_id text NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON COLUMN belfry.audit_log.actor IS 'the caller''s subject, e.g. key:orders-service';
COMMENT ON COLUMN belfry.audit_log.before IS 'what was changed, as it was; secrets and addresses masked; NULL: there was nothing';
CALL belfry.protect('belfry.audit_log', '{SELECT}', '{SELECT,INSERT}');
