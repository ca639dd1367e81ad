-- The feed gets what its followers need: attempt and provider of an event, what statistics are kept by, its two ends, and who has read
-- how far. Positions come from feed_ends under the sequencer's lock: they have no gaps, and none appears below one that was seen.

-- Hints of whoever writes the event and has them at hand. NULL: whoever wants them looks them up.
ALTER TABLE belfry.outbox
  ADD COLUMN attempt  integer CHECK (attempt >= 0),
  ADD COLUMN provider text,
  ADD COLUMN channel  belfry.channel,
  ADD COLUMN priority belfry.priority,
  ADD COLUMN due_at   timestamptz;
COMMENT ON COLUMN belfry.outbox.due_at IS 'when the delivery was first due';

-- Pruned from its lower end by position, whose order is that of age.
DROP INDEX belfry.feed_by_age;
ALTER TABLE belfry.feed ALTER COLUMN pos DROP IDENTITY;
ALTER TABLE belfry.feed
  ADD COLUMN attempt  integer CHECK (attempt >= 0),
  ADD COLUMN provider text,
  ADD COLUMN channel  belfry.channel,
  ADD COLUMN priority belfry.priority,
  ADD COLUMN due_at   timestamptz;

-- One row. It belongs to no tenant and tells nothing of any.
CREATE TABLE belfry.feed_ends (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  head      bigint NOT NULL CHECK (head >= 0),
  pruned_to bigint NOT NULL CHECK (pruned_to BETWEEN 0 AND head)
) WITH (fillfactor = 10);
COMMENT ON COLUMN belfry.feed_ends.head IS 'the last position that was given';
COMMENT ON COLUMN belfry.feed_ends.pruned_to IS 'the last position that is no longer kept';
INSERT INTO belfry.feed_ends (head, pruned_to)
SELECT coalesce(max(pos), 0), coalesce(min(pos) - 1, 0) FROM belfry.feed;
ALTER TABLE belfry.feed_ends ENABLE ROW LEVEL SECURITY;
ALTER TABLE belfry.feed_ends FORCE ROW LEVEL SECURITY;
GRANT SELECT ON belfry.feed_ends TO belfry_app;
GRANT SELECT, UPDATE ON belfry.feed_ends TO belfry_system;
CREATE POLICY app_select ON belfry.feed_ends FOR SELECT TO belfry_app USING (true);
CREATE POLICY system_select ON belfry.feed_ends FOR SELECT TO belfry_system USING (true);
CREATE POLICY system_update ON belfry.feed_ends FOR UPDATE TO belfry_system USING (true) WITH CHECK (true);

-- Who follows the feed, and how far. A position moves in the transaction of what the sink did with the events before it. Events that
-- a sink has not read are kept, however old.
CREATE TABLE belfry.feed_sinks (
  sink       belfry.feed_sink PRIMARY KEY,
  position   bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
  rewind_to  bigint CHECK (rewind_to >= 0 AND rewind_to < position),
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);
COMMENT ON COLUMN belfry.feed_sinks.position IS 'the last position that it has read';
COMMENT ON COLUMN belfry.feed_sinks.rewind_to IS 'not NULL: it takes back what it did with later events, the last first, down to this position, and then reads on';
INSERT INTO belfry.feed_sinks (sink, position) SELECT 'statistics', pruned_to FROM belfry.feed_ends;
ALTER TABLE belfry.feed_sinks ENABLE ROW LEVEL SECURITY;
ALTER TABLE belfry.feed_sinks FORCE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON belfry.feed_sinks TO belfry_system;
CREATE POLICY system_select ON belfry.feed_sinks FOR SELECT TO belfry_system USING (true);
CREATE POLICY system_update ON belfry.feed_sinks FOR UPDATE TO belfry_system USING (true) WITH CHECK (true);

-- What the events at positions after … upto add to delivery_statistics: the same whenever it is asked, so that what was added can be
-- taken back. An event whose delivery is no longer kept, and which does not say its channel, counts nowhere.
CREATE FUNCTION belfry.feed_counts(after bigint, upto bigint)
RETURNS TABLE (tenant_id uuid, minute timestamptz, channel text, priority smallint, provider text, type text, count bigint,
               latency_ms bigint, buckets bigint[])
LANGUAGE sql STABLE
AS $$
  -- Materialized, so that each event is looked up once at most.
  WITH told AS MATERIALIZED (
    SELECT f.tenant_id, date_trunc('minute', f.at) AS minute, f.type::text AS type, coalesce(f.provider, '') AS provider,
           coalesce(f.channel::text, (SELECT d.channel::text FROM belfry.deliveries d
                                       WHERE d.tenant_id = f.tenant_id AND d.id = f.delivery_id)) AS channel,
           coalesce(f.priority::smallint, (SELECT n.priority::smallint FROM belfry.notifications n
                                            WHERE n.tenant_id = f.tenant_id AND n.id = f.notification_id)) AS priority,
           greatest(0, 1000 * extract(epoch FROM f.at - coalesce(f.due_at,
             (SELECT coalesce(n.scheduled_at, n.created_at) FROM belfry.notifications n
               WHERE n.tenant_id = f.tenant_id AND n.id = f.notification_id), f.at)))::bigint AS ms
      FROM belfry.feed f WHERE f.pos > after AND f.pos <= upto
  ), timed AS (
    SELECT told.*, width_bucket(told.ms, ARRAY[101, 251, 501, 1001, 2501, 5001, 10001, 30001, 60001, 300001, 3600001]::bigint[]) AS bucket
      FROM told
     WHERE told.channel IS NOT NULL AND told.priority IS NOT NULL
  )
  SELECT timed.tenant_id, timed.minute, timed.channel, timed.priority, timed.provider, timed.type, count(*), sum(timed.ms)::bigint,
         ARRAY[count(*) FILTER (WHERE bucket = 0), count(*) FILTER (WHERE bucket = 1), count(*) FILTER (WHERE bucket = 2),
               count(*) FILTER (WHERE bucket = 3), count(*) FILTER (WHERE bucket = 4), count(*) FILTER (WHERE bucket = 5),
               count(*) FILTER (WHERE bucket = 6), count(*) FILTER (WHERE bucket = 7), count(*) FILTER (WHERE bucket = 8),
               count(*) FILTER (WHERE bucket = 9), count(*) FILTER (WHERE bucket = 10), count(*) FILTER (WHERE bucket = 11)]
    FROM timed
   GROUP BY 1, 2, 3, 4, 5, 6
$$;
REVOKE EXECUTE ON FUNCTION belfry.feed_counts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION belfry.feed_counts TO belfry_system;
