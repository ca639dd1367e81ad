-- What is due waits in state `queued`, lane by lane; what is scheduled or deferred waits for its time under an index of its own and is
-- queued when that comes. So a million scheduled rows cost those that are due nothing, and one tenant's million costs another nothing.
DROP INDEX belfry.work_ready;
CREATE INDEX work_ready ON belfry.work (priority, tenant_id, channel, due_at) WHERE state = 'queued';
CREATE INDEX work_due ON belfry.work (due_at) WHERE state IN ('scheduled', 'deferred');
