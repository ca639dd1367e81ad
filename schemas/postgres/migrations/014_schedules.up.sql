-- What is sent again and again, by a rule. A firing is an ordinary notification, made through the intake under an idempotency key of
-- schedule and time: a process that dies between the two commits makes none twice.

CREATE TABLE belfry.schedules (
  tenant_id         uuid NOT NULL REFERENCES belfry.tenants (id),
  id                uuid NOT NULL,
  name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  state             belfry.schedule_state NOT NULL,
  rule              text NOT NULL,
  timezone          text NOT NULL,
  misfire           belfry.misfire_policy NOT NULL,
  starts_at         timestamptz,
  ends_at           timestamptz,
  most_firings      integer CHECK (most_firings >= 1),
  request           bytea NOT NULL,
  next_at           timestamptz,
  held_until        timestamptz,
  revision          integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  firings           integer NOT NULL DEFAULT 0 CHECK (firings >= 0),
  missed            integer NOT NULL DEFAULT 0 CHECK (missed >= 0),
  last_fired_at     timestamptz,
  last_notification uuid,
  last_problem      text,
  created_by        text NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'active') = (next_at IS NOT NULL))
);
COMMENT ON COLUMN belfry.schedules.request IS 'sealed JSON: the body of a send, as its owner wrote it';
COMMENT ON COLUMN belfry.schedules.held_until IS 'until then the process that took it fires it, and no other one';
COMMENT ON COLUMN belfry.schedules.last_problem IS 'why the last firing was refused, without values; NULL when it was not';
CREATE INDEX schedules_due ON belfry.schedules (next_at) WHERE next_at IS NOT NULL;
CALL belfry.protect('belfry.schedules', '{SELECT,INSERT,UPDATE,DELETE}', '{SELECT,UPDATE}');
