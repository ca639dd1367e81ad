-- What is paused becomes due again at its own time: without the pauses nothing would bring it back. The owner must see it for that.
ALTER TABLE belfry.work NO FORCE ROW LEVEL SECURITY;
UPDATE belfry.work SET due_at = belfry.own_due(due_at) WHERE belfry.parked(due_at);
ALTER TABLE belfry.work FORCE ROW LEVEL SECURITY;
DROP TABLE belfry.audit_log;
DROP TABLE belfry.queue_operations;
DROP TABLE belfry.queue_pauses;
DROP FUNCTION belfry.expect_work;
DROP FUNCTION belfry.own_due;
DROP FUNCTION belfry.parked_due;
DROP FUNCTION belfry.parked;
DROP STATISTICS belfry.work_queues;
DROP INDEX belfry.work_queue;
