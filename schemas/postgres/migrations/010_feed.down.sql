DROP FUNCTION belfry.feed_counts;
DROP TABLE belfry.feed_sinks, belfry.feed_ends;
ALTER TABLE belfry.feed DROP COLUMN attempt, DROP COLUMN provider, DROP COLUMN channel, DROP COLUMN priority, DROP COLUMN due_at;
ALTER TABLE belfry.feed ALTER COLUMN pos ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('belfry.feed', 'pos'), coalesce(max(pos), 1)) FROM belfry.feed;
CREATE INDEX feed_by_age ON belfry.feed (sequenced_at);
ALTER TABLE belfry.outbox DROP COLUMN attempt, DROP COLUMN provider, DROP COLUMN channel, DROP COLUMN priority, DROP COLUMN due_at;
