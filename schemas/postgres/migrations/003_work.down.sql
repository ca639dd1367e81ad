DROP TABLE belfry.idempotency_keys, belfry.feed, belfry.outbox, belfry.work;
