DROP TABLE belfry.delivery_events, belfry.deliveries, belfry.notifications;
DROP FUNCTION belfry.ensure_partitions;
DROP PROCEDURE belfry.make_partition;
DROP FUNCTION belfry.uuid_bound;
