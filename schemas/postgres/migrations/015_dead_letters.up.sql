-- Dead letters: what was given up, for somebody to look at. A row for each time that a delivery failed; of those that are `dead`, one a
-- delivery at most. What has to be done once is done by compare-and-set on `state`.
CREATE TABLE belfry.dead_letters (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  delivery_id     uuid NOT NULL,
  notification_id uuid NOT NULL,
  channel         belfry.channel NOT NULL,
  priority        belfry.priority NOT NULL,
  template_key    text,
  provider        text,
  error_code      text,
  attempt         integer NOT NULL CHECK (attempt >= 0),
  state           belfry.dead_letter_state NOT NULL DEFAULT 'dead',
  ended_at        timestamptz,
  ended_by        text,
  replayed_as     uuid,
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'dead') = (ended_at IS NULL)),
  CHECK (replayed_as IS NULL OR state = 'replayed')
);
COMMENT ON COLUMN belfry.dead_letters.id IS 'UUIDv7 of when the delivery failed, by the database''s clock';
COMMENT ON COLUMN belfry.dead_letters.attempt IS 'how many attempts the delivery had had by then';
COMMENT ON COLUMN belfry.dead_letters.ended_by IS 'who replayed it; NULL: nobody, a receipt did';
COMMENT ON COLUMN belfry.dead_letters.replayed_as IS 'the notification that it was sent anew as, corrected; NULL: its own delivery was queued again';

CREATE FUNCTION belfry.new_uuid(at timestamptz) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$ SELECT overlay(gen_random_uuid()::text PLACING left(belfry.uuid_bound(at)::text, 13) || '-7' FROM 1)::uuid $$;
REVOKE EXECUTE ON FUNCTION belfry.new_uuid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION belfry.new_uuid TO belfry_system;

-- What has failed until now. The owner must see it for that.
ALTER TABLE belfry.deliveries NO FORCE ROW LEVEL SECURITY;
ALTER TABLE belfry.notifications NO FORCE ROW LEVEL SECURITY;
INSERT INTO belfry.dead_letters (tenant_id, id, delivery_id, notification_id, channel, priority, template_key, provider, error_code, attempt)
SELECT d.tenant_id, belfry.new_uuid(d.updated_at), d.id, d.notification_id, d.channel, n.priority, n.template_key, d.provider, d.error_code,
       d.attempt
  FROM belfry.deliveries d
  JOIN belfry.notifications n ON n.tenant_id = d.tenant_id AND n.id = d.notification_id
 WHERE d.status = 'failed';
ALTER TABLE belfry.notifications FORCE ROW LEVEL SECURITY;
ALTER TABLE belfry.deliveries FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX dead_letters_one_dead ON belfry.dead_letters (tenant_id, delivery_id) WHERE state = 'dead';
CREATE INDEX dead_letters_by_state ON belfry.dead_letters (tenant_id, state, id);
CREATE INDEX dead_letters_standing ON belfry.dead_letters (tenant_id, channel) WHERE state = 'dead';
CALL belfry.protect('belfry.dead_letters', '{SELECT}', '{SELECT,INSERT,UPDATE,DELETE}');

-- Whoever fails a delivery (settle, a receipt, a look-up) buries it in the same commit; whoever moves it on ends the dead letter. Here and
-- not in each of their statements, so that there is no failed delivery without one. What does not fail ends at the trigger's WHEN.
CREATE FUNCTION belfry.bury() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.status = 'failed' THEN
    INSERT INTO belfry.dead_letters (tenant_id, id, delivery_id, notification_id, channel, priority, template_key, provider, error_code, attempt)
    SELECT NEW.tenant_id, belfry.new_uuid(clock_timestamp()), NEW.id, NEW.notification_id, NEW.channel, n.priority, n.template_key,
           NEW.provider, NEW.error_code, NEW.attempt
      FROM belfry.notifications n WHERE n.tenant_id = NEW.tenant_id AND n.id = NEW.notification_id
    ON CONFLICT (tenant_id, delivery_id) WHERE state = 'dead' DO NOTHING;  -- whatever somebody did by hand: no settlement fails for it
  ELSE
    UPDATE belfry.dead_letters SET state = CASE NEW.status WHEN 'queued' THEN 'replayed' ELSE 'settled' END, ended_at = now()
     WHERE tenant_id = NEW.tenant_id AND delivery_id = NEW.id AND state = 'dead';
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION belfry.bury FROM PUBLIC;
CREATE TRIGGER deliveries_dead_letters AFTER UPDATE OF status ON belfry.deliveries
  FOR EACH ROW WHEN ((OLD.status = 'failed') IS DISTINCT FROM (NEW.status = 'failed'))
  EXECUTE FUNCTION belfry.bury();

-- Bulk actions on dead letters are chosen by template, too.
ALTER TABLE belfry.queue_operations ADD COLUMN only_template text;
