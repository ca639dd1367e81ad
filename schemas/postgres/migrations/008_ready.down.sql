DROP INDEX belfry.work_ready, belfry.work_due;
CREATE INDEX work_ready ON belfry.work (priority, due_at) WHERE lease_until IS NULL;
