DROP TABLE belfry.batch_chunks;
DROP TABLE belfry.batches;
