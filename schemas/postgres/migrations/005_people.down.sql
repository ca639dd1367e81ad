DROP TABLE belfry.subscriber_keys, belfry.device_tokens, belfry.inbox_items;
ALTER TABLE belfry.work DROP COLUMN address;
ALTER TABLE belfry.deliveries DROP COLUMN address;
