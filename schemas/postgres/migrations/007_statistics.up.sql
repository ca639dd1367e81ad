-- What the sink `statistics` counts from the feed, by the minute in which it happened. `provider` is the instance's slug, empty where
-- none was asked. A minute holds few rows for each tenant, whatever is sent in it.
CREATE TABLE belfry.delivery_statistics (
  tenant_id  uuid NOT NULL,
  minute     timestamptz NOT NULL,
  channel    belfry.channel NOT NULL,
  priority   belfry.priority NOT NULL,
  provider   text NOT NULL DEFAULT '',
  type       belfry.event_type NOT NULL,
  count      bigint NOT NULL CHECK (count > 0),
  latency_ms bigint NOT NULL DEFAULT 0 CHECK (latency_ms >= 0),
  buckets    bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, minute, channel, priority, provider, type)
);
COMMENT ON COLUMN belfry.delivery_statistics.latency_ms IS 'sum of the times from when the delivery was first due to this event';
COMMENT ON COLUMN belfry.delivery_statistics.buckets IS 'how many of these times were at most 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600 s, and above (not cumulated)';
CREATE INDEX delivery_statistics_by_age ON belfry.delivery_statistics (minute);
CALL belfry.protect('belfry.delivery_statistics', '{SELECT}', '{SELECT,INSERT,UPDATE,DELETE}');
