-- Deliveries keep their states. Actions on dead letters are words that are not known any more.
DROP TRIGGER deliveries_dead_letters ON belfry.deliveries;
DROP FUNCTION belfry.bury;
ALTER TABLE belfry.queue_operations NO FORCE ROW LEVEL SECURITY;
DELETE FROM belfry.queue_operations WHERE action IN ('replay_dead_letters', 'purge_dead_letters');
ALTER TABLE belfry.queue_operations FORCE ROW LEVEL SECURITY;
ALTER TABLE belfry.queue_operations DROP COLUMN only_template;
DROP TABLE belfry.dead_letters;
DROP FUNCTION belfry.new_uuid;
